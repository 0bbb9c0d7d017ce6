#pragma once

#include <memory>
#include <optional>
#include <string>
#include <utility>

#include "protocol/service/live_title.hpp"
#include "protocol/service/outlet.hpp"
#include "protocol/service/path_share.hpp"
#include "protocol/service/rendition_choice.hpp"
#include "protocol/service/rendition_wish.hpp"

namespace avocet::service {

/// One play of a live title: passes whole frames on, numbers and times unchanged, each with its deadline.
/// Begins with a key frame, the latest one there is if it is still held; goes over to another rendition at a
/// key frame that both have.
class LiveView {
 public:
  LiveView(std::shared_ptr<LiveTitle>, const wire::Play&, TrackId first_id, DataRate target);

  /// Answers Play: opens the tracks, says what they are, and sends the latest group.
  void begin(Time now, Outlet&);
  /// A frame of the title that LiveTitle has taken in.
  void frame(Time now, std::size_t track, const media::Frame&, Outlet&);
  /// The title has got its latest groups from another shard: begins if it has not.
  void groups_came(Time now, Outlet& out) {
    if (!started_) try_start(now, out);
  }
  /// Holds, or goes on at the live edge with a key frame.
  void pause(Time now, bool paused, Outlet&);
  void wish(Time now, const RenditionWish&, Outlet&);
  /// Chooses a rendition anew: after RateChanged, and at due().
  void advance(Time now, Outlet&);
  std::optional<Time> due() const { return due_; }

  void end(std::string_view reason, Outlet&);

  /// Its video cannot begin, go on or change over without a key frame above this number.
  std::optional<FrameNumber> waits_for_key_frame(const Outlet&) const;
  /// Highest frame of video that was sent.
  FrameNumber newest() const { return last_; }

  /// What was not sent yet of earlier pictures whenever a new one came: the least since the last call.
  DataSize take_backlog() { return std::exchange(backlog_, std::nullopt).value_or(DataSize::zero()); }

  const std::shared_ptr<LiveTitle>& title() const { return title_; }
  std::size_t rendition() const { return current_; }
  std::size_t tracks() const { return title_->tracks().size(); }
  /// The most that it can ever need of the path.
  DataRate most() const;
  /// What it claims of the path beside its client's other plays.
  Claim claim() const { return {share_, paused_ ? DataRate::zero() : most()}; }

 private:
  TrackId id(std::size_t track) const { return first_id_ + static_cast<std::uint32_t>(track); }
  void send(Time now, std::size_t track, const media::Frame&, bool catching_up, Outlet&);
  void send_group(Time now, std::size_t track, Outlet&);
  void try_start(Time now, Outlet&);
  void video_frame(Time now, std::size_t track, const media::Frame&, Outlet&);
  void try_switch(Time now, Outlet&);
  void give_up_switch(Time now, Outlet&);

  std::shared_ptr<LiveTitle> title_;
  PlayId play_;
  TrackId first_id_;
  double share_;
  Duration latency_;
  RenditionWish wish_;
  std::optional<RenditionChoice> choice_;  // none without video

  bool paused_ = false;
  bool started_ = false;     // the first key frame was sent
  std::size_t current_ = 0;  // rendition that is sent
  std::size_t wanted_ = 0;   // rendition to go over to
  std::string reason_;
  FrameNumber from_;                     // frames of current_ below it are not sent
  FrameNumber last_;                     // highest that was sent of video
  std::optional<FrameNumber> boundary_;  // key frame at which to go over: frames of current_ from it on wait
  Time boundary_at_{};
  std::optional<Time> due_;
  std::optional<DataSize> backlog_;
};

}  // namespace avocet::service
