#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <vector>

#include "protocol/base/units.hpp"
#include "protocol/media/frame.hpp"
#include "protocol/wire/frames.hpp"

namespace avocet::media {

class SendTrack;
struct SenderContext;

/// How frames of a track are sent.
struct TrackOptions {
  enum class Priority : std::uint8_t { audio, video };
  Priority priority = Priority::video;
  double weight = 1;       ///< share among tracks of one priority
  bool duplicate = false;  ///< repair by sending everything twice (audio: packets are few and small)
};

/// What is known of the way to the peer, for the choice of repair.
struct Path {
  Duration rtt{};        ///< smoothed; zero while unknown
  Duration variation{};  ///< of the round trip (RFC 9002 section 5.3)
  double loss = 0;       ///< share of packets lost recently, 0..1
  /// How much longer packets take at present than the quickest of the last half minute, by which live
  /// receivers set their clocks; half a round trip while unknown.
  std::optional<Duration> lag{};
  Duration risen{};  ///< of that, what the quickest of the last seconds took longer as well
};

/// What one written frame was: enough to report its fate later.
struct Sent {
  bool parity = false;
  bool retransmission = false;  ///< the fragment was sent before
  TrackId track;
  FragmentNumber fragment;   ///< for parity: the first fragment protected
  std::uint32_t length = 0;  ///< bytes of data
  std::uint8_t row = 0;      ///< parity only
};

struct SenderCounters {
  std::uint64_t frames_sent = 0;       ///< all their fragments went out at least once
  std::uint64_t frames_delivered = 0;  ///< acknowledged whole
  std::uint64_t frames_expired = 0;    ///< given up: could not arrive by their deadline
  std::uint64_t frames_cancelled = 0;  ///< given up: cancel() or close_track()
  std::uint64_t fragments_sent = 0;    ///< retransmissions included
  std::uint64_t fragments_retransmitted = 0;
  std::uint64_t parity_sent = 0;
  std::uint64_t media_bytes_sent = 0;          ///< data of MEDIA frames, retransmissions included
  std::uint64_t retransmitted_bytes_sent = 0;  ///< of those, sent before
  std::uint64_t parity_bytes_sent = 0;         ///< data of PARITY frames
};

/// The sending half of media on one connection: queues frames of all tracks, cuts them into fragments,
/// chooses what goes next, and repairs what was lost by retransmission, parity or duplication as deadlines
/// allow. It knows nothing of packets: the session asks for one MEDIA or PARITY frame at a time and reports
/// their fate.
///
/// Order: audio, key frames, other video, video that is late; on one track what is to be repaired (nearest
/// deadline first), parity, then new fragments in decode order; tracks of one rank share by weight.
class MediaSender {
 public:
  struct Config {
    std::size_t payload = wire::base_datagram - wire::sealed_overhead;  ///< room for frames in a packet
    std::size_t max_queue = 16u << 20;                                  ///< bytes held for sending and repair
  };
  enum class Taken : std::uint8_t {
    accepted,
    full,       ///< max_queue would be passed: try again after take_writable()
    closed,     ///< no such track
    too_large,  ///< more than wire::max_frame_size bytes, or than max_fragments_per_frame fragments
  };

  explicit MediaSender(const Config&);
  MediaSender(MediaSender&&) noexcept;
  MediaSender& operator=(MediaSender&&) noexcept;
  ~MediaSender();

  /// Declares a track. Opening one again changes its options.
  void open_track(TrackId, const TrackOptions&);
  /// Gives up everything on the track; later reports about it are ignored.
  void close_track(TrackId);
  /// Queues a frame; its payload is shared, not copied. Frames of one track come in decode order. With a
  /// `deadline` (arrival at the peer, in our clock) it is given up when it can no longer arrive by then;
  /// without one it is repaired until delivered or cancelled.
  Taken send(Time now, TrackId, const Frame&, std::optional<Time> deadline);
  /// Gives up all frames of the track from this number on that are not yet acknowledged whole.
  void cancel(TrackId, FrameNumber from);
  /// The first frame from `from` on that was sent or queued and is neither acknowledged whole nor given up.
  std::optional<FrameNumber> first_undelivered(TrackId, FrameNumber from) const;
  /// Bytes of the track's frames that were accepted and never sent yet.
  std::size_t bytes_unsent(TrackId) const;
  /// A picture was given up, and those that build on it with it, up to the next key frame (AV-MED-18).
  bool needs_key_frame(TrackId) const;

  void set_path(const Path&);
  /// Room for frames in a packet from now on. When it shrinks, frames of which fragments went out that no
  /// longer fit, and that are not acknowledged whole, are cut anew and sent again under new fragment numbers
  /// (AV-MTU-6).
  void set_payload(std::size_t payload);

  /// Whether write_next() would write something into an empty packet. Gives up what has expired.
  bool wants_to_send(Time now);
  /// Nothing that is held has a deadline or is to be repaired: all of it may wait a little to leave in one
  /// run.
  bool patient() const;
  /// When something that waits on purpose (a second copy, parity of a run that may still grow) becomes due;
  /// in the past or present when wants_to_send() is true for it already. Nothing: only input changes
  /// anything.
  std::optional<Time> wake() const;
  /// Writes one MEDIA or PARITY frame, type included, if the next one fits into what is left of `packet`.
  /// False: nothing was written. A packet may carry several.
  bool write_next(Time now, wire::Writer& packet, Sent& out);
  /// Writes parity that may turn out useful over what is in flight, stored frames included: for probes that
  /// would otherwise be PADDING. False when there is nothing worth protecting or it does not fit.
  bool write_probe_parity(Time now, wire::Writer& packet, Sent& out);

  /// A packet that carried the fragment was acknowledged. A late acknowledgement after on_lost() is welcome.
  void on_acked(TrackId, FragmentNumber);
  /// A packet that carried the fragment is lost. Call once per packet.
  void on_lost(Time now, TrackId, FragmentNumber);
  void on_parity_acked(TrackId, FragmentNumber first, std::uint8_t row);
  void on_parity_lost(Time now, TrackId, FragmentNumber first, std::uint8_t row);

  /// Payload bytes and bookkeeping held, at most Config::max_queue.
  std::size_t bytes_held() const;
  /// True once after send() said `full`, when a quarter of the queue is free again.
  bool take_writable();
  const SenderCounters& counters() const;
  /// Retransmissions and parity among the bytes written lately, 0..1.
  double repair_share() const { return repair_share_; }

 private:
  /// A track and its place among those that share by weight: start-time fair queueing.
  struct Share {
    std::unique_ptr<SendTrack> track;
    double finish = 0;  ///< virtual time at which what it sent is paid for
  };
  Share* find(TrackId);
  const Share* find(TrackId) const;
  void changed() { advanced_.reset(), chosen_.reset(); }
  void advance(Time now);
  Share* choose(Time now);

  Config config_;
  std::unique_ptr<SenderContext> context_;
  std::vector<Share> tracks_;
  double virtual_time_ = 0;
  double repair_share_ = 0;
  bool refused_ = false;
  // A packet asks several times at one `now`; between two inputs the answer stays the same.
  std::optional<Time> advanced_;  // as of when nothing is left to give up
  std::optional<Share*> chosen_;
};

}  // namespace avocet::media
