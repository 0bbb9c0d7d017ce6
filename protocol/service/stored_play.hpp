#pragma once

#include <deque>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "protocol/service/outlet.hpp"
#include "protocol/service/path_share.hpp"
#include "protocol/service/rendition_choice.hpp"
#include "protocol/service/rendition_wish.hpp"
#include "protocol/service/server_events.hpp"

namespace avocet::service {

/// One play of a stored title: asks the driver for segment after segment, and sends them as far as the
/// client's credit reaches. Few segments wait in the session at a time, so that a step down need not wait for
/// them. A step down takes back what has not arrived; a step up begins with what has not been sent.
class StoredPlay {
 public:
  /// `first_id`: the track ids from this on, one per track of the title, are the play's.
  StoredPlay(std::shared_ptr<const StoredTitle>, const wire::Play&, TrackId first_id, DataRate target);

  /// Answers Play or, after seek(), Seek: opens the tracks and says what they are.
  void begin(Time now, Outlet&);
  void credit(Time now, const wire::Credit&, Outlet&);
  /// (Of a ticket) The credit that the client gives first, before it has given it.
  void grant_first(Time now, Outlet&);
  /// (Of a ticket) The client has an id for it now.
  void continue_as(PlayId play) { play_ = play; }
  /// (Of a ticket) The client does not want it: gives up the tracks, and says nothing.
  void abandon(Outlet& out) { close_tracks(out); }
  /// What a ticket seals to go on from here; nothing while little has changed since the last time.
  std::optional<Bytes> to_seal();
  void pause(Time now, bool paused, Outlet&);
  /// `first_id` as in the constructor. False when the generation is not a new one.
  bool seek(Time now, const wire::Seek&, TrackId first_id, Outlet&);
  /// The client's wish for a rendition: already checked to exist.
  void wish(Time now, const RenditionWish&, Outlet&);
  void supply(Time now, const SegmentRequest&, media::SharedSegment, Outlet&);
  /// Whether this request is still waited for.
  bool wants(const SegmentRequest&) const;
  /// Does whatever has become possible: after MediaWritable, RateChanged, and at due().
  void advance(Time now, Outlet&);
  std::optional<Time> due() const { return due_; }

  /// Gives up the tracks and says Ended. No call after it.
  void end(std::string_view reason, Outlet&);
  /// The same without a word.
  void close_tracks(Outlet&);
  /// The client has shown the end, or the play cannot go on: end() it with the reason.
  const std::optional<std::string>& over() const { return over_; }

  const StoredTitle& title() const { return *title_; }
  /// The most that it can ever need of the path.
  DataRate most() const;
  Claim claim() const { return {share_, most()}; }
  std::size_t rendition() const { return announced_; }
  std::size_t tracks() const { return title_->tracks.size(); }

 private:
  /// The way of one kind of frames, segment by segment.
  struct Lane {
    bool exists = false;
    std::uint32_t next = 0;  // segment to request or, when `ready`, being sent
    std::size_t track = 0;   // that it was requested of
    bool requested = false;
    media::SharedSegment ready;
    std::size_t position = 0;  // frames of `ready` that were sent
  };
  /// A segment of video that was handed to the session and has not arrived as far as we know.
  struct Underway {
    std::uint32_t segment = 0;
    std::size_t track = 0;
    media::SharedSegment frames;
    DataSize size;  // of all of them: asked for again and again
  };

  std::uint32_t segments() const { return static_cast<std::uint32_t>(title_->segment_starts.size()); }
  Duration start_of(std::uint32_t segment) const;
  bool done(const Lane& lane) const { return !lane.exists || lane.next >= segments(); }
  TrackId id(std::size_t track) const { return first_id_ + static_cast<std::uint32_t>(track); }

  Lane* earliest();
  bool may_request(const Lane&, Outlet&);
  void request(Lane&, Outlet&);
  bool push(Time now, Lane&, Outlet&);
  bool granted(const media::Frame&, std::size_t track) const;
  void note_pushed(const Lane&);

  void choose_rendition(Time now, Outlet&);
  Duration lateness(Time now, Outlet&) const;
  void take_back(Time now, std::size_t to, Outlet&);
  std::optional<std::size_t> first_to_take_back(Time now, std::size_t to, Outlet&) const;
  std::size_t bytes_behind_key(std::size_t index) const;
  void announce(FrameNumber at, std::size_t to, Outlet&);

  Duration shown(Time now) const;
  void forget_arrived(Outlet&);
  DataSize missing_of(const Underway&, Outlet&) const;
  DataSize backlog(Outlet&) const;
  void check_end(Time now, Outlet&);
  void wake_at(Time at) { due_ = due_ ? std::min(*due_, at) : at; }

  std::shared_ptr<const StoredTitle> title_;
  PlayId play_;
  Duration latency_, buffer_;             // as the client asked
  std::uint8_t weight_;                   // likewise
  std::optional<Duration> sealed_shown_;  // when to_seal() last gave something
  std::uint32_t generation_ = 0;
  TrackId first_id_;
  double share_;
  bool bursts_;  // the buffer is large enough for segments sent whole
  RenditionWish wish_;
  std::optional<RenditionChoice> choice_;  // none without video

  Lane video_, audio_;
  std::size_t chosen_ = 0;             // rendition of what is requested next
  std::size_t announced_ = 0;          // rendition that the client knows of
  std::string reason_;                 // of the switch from announced_ to chosen_
  std::vector<std::uint32_t> pushed_;  // per track: segments below it were sent on it, or belong to others
  std::deque<Underway> underway_;

  bool paused_ = false;
  Duration begin_{}, until_{}, shown_{};  // of the title; `begin_` is where the generation begins
  Time credit_at_{};
  std::optional<Time> due_;
  std::optional<std::string> over_;
};

}  // namespace avocet::service
