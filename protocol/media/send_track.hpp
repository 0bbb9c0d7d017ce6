#pragma once

#include <array>
#include <memory>
#include <optional>

#include "protocol/media/hopeless_path.hpp"
#include "protocol/media/media_sender.hpp"
#include "protocol/media/outgoing_frames.hpp"
#include "protocol/media/outgoing_run.hpp"
#include "protocol/media/repair_plan.hpp"
#include "protocol/media/repair_queue.hpp"

namespace avocet::media {

/// What the tracks of one sender share.
struct SenderContext {
  Path path;
  RepairPlan plan;
  SenderCounters counters;

  /// Room to lay out what is sent. Most connections of a server send no media: it comes with the first use.
  struct Scratch {
    std::array<std::byte, wire::largest_datagram> fragment, shard, parity;
  };
  Scratch& scratch() {
    if (!scratch_) scratch_ = std::make_unique_for_overwrite<Scratch>();
    return *scratch_;
  }

 private:
  std::unique_ptr<Scratch> scratch_;
};

/// One track of a MediaSender: which of its fragments and parity rows goes next, and what is done about
/// losses.
class SendTrack {
 public:
  SendTrack(TrackId, const TrackOptions&, std::size_t fragment_size);

  TrackId id() const { return id_; }
  void set_options(const TrackOptions& options) { options_ = options; }
  /// Bytes of data of the fragments from now on; see MediaSender::set_payload.
  void set_fragment_size(std::size_t);
  double weight() const { return std::max(options_.weight, 1e-3); }
  const OutgoingFrames& frames() const { return frames_; }

  /// Something has a deadline, or is to be repaired.
  bool hurries() const { return !repairs_.empty() || frames_.hurries(); }
  bool idle() const { return frames_.empty() && repairs_.empty(); }
  /// False when it is more than a frame may be.
  bool push(const SenderContext&, Time now, const Frame&, std::optional<Time> deadline);
  void cancel(SenderContext&, FrameNumber from);

  /// Gives up what has expired, ends runs whose time has come, lets waiting copies go.
  void advance(SenderContext&, Time now);
  /// Whose turn it is among tracks, the first best. A plain number: an optional is put together in memory,
  /// where reading it back at once stalls the processor, several times for each packet.
  enum Rank : std::uint8_t { audio, key_frame, other_video, late_video, nothing_to_send };
  /// After advance().
  Rank rank(SenderContext&, Time now);
  bool write(SenderContext&, Time now, wire::Writer&, Sent&);
  bool write_probe_parity(SenderContext&, wire::Writer&, Sent&);
  std::optional<Time> wake() const;
  bool needs_key_frame() const { return skipping_ || behind_; }

  void on_acked(SenderContext&, FragmentNumber);
  void on_lost(SenderContext&, Time now, FragmentNumber);
  void on_parity_acked(SenderContext&, FragmentNumber first, std::uint8_t row);
  void on_parity_lost(SenderContext&, Time now, FragmentNumber first, std::uint8_t row);

 private:
  bool write_new(SenderContext&, Time now, wire::Writer&, Sent&);
  std::size_t room_for_first(const wire::Writer&) const;
  bool write_again(SenderContext&, Time now, wire::Writer&, Sent&, FragmentNumber);
  bool write_fragment(SenderContext&, const OutgoingFrame&, FragmentNumber, wire::Writer&, Sent&);
  bool write_row(SenderContext&, OutgoingRun&, wire::Writer&, Sent&);

  void give_up_expired(SenderContext&, Time now);
  bool worthless(const SenderContext&, Time now, const OutgoingFrame&);
  void forget_finished();
  bool finished_with(const OutgoingFrame&);
  void delivered(SenderContext&, FragmentNumber);

  const Repair* next_repair(const SenderContext&, Time now);
  bool wanted(const SenderContext&, Time now, const Repair&);
  void ask_duplicate(SenderContext&, Time now, const OutgoingFrame&, FragmentNumber);

  OutgoingRun* run_of(FragmentNumber);
  void join_run(SenderContext&, Time now, const OutgoingFrame&, FragmentNumber);
  bool may_grow(SenderContext&, Time now, const OutgoingRun&) const;
  void close_run(SenderContext&, Time now, OutgoingRun&);
  void close_open_run(SenderContext&, Time now);
  void repair(SenderContext&, Time now, OutgoingRun&);
  void queue_again(Time now, FragmentNumber, Time deadline, Time at, bool last_try);
  void queue_rows(Time now, OutgoingRun&, unsigned rows, Time from, Duration apart);
  void deduce_delivery(SenderContext&, const OutgoingRun&);

  TrackId id_;
  TrackOptions options_;
  OutgoingFrames frames_;
  Ring<OutgoingRun> runs_;
  RepairQueue repairs_;
  HopelessPath hopeless_;
  double parity_budget_ = 4, repeat_budget_ = 4;  // rows that may be sent beyond what is necessary
  std::optional<Time> last_loss_;
  bool parity_acked_ = false;  // some row ever was
  bool skipping_ = false;      // to the next key frame: a reference was given up
  bool behind_ = false;        // what was to be sent last is late, and sent for reference only
};

}  // namespace avocet::media
