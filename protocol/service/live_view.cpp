#include "protocol/service/live_view.hpp"

#include <algorithm>

#include "protocol/service/names.hpp"
#include "protocol/service/tracks.hpp"

namespace avocet::service {
namespace {

/// How long the key frame of another rendition may be later than that of the current one.
constexpr Duration patience = 100ms;
constexpr Duration look_again = 200ms;
constexpr Duration largest_latency = 10s;

}  // namespace

LiveView::LiveView(std::shared_ptr<LiveTitle> title, const wire::Play& play, TrackId first_id,
                   DataRate target)
    : title_(std::move(title)),
      play_(play.play),
      first_id_(first_id),
      share_(share_of(play.weight)),
      latency_(std::min<Duration>(play.latency, largest_latency)),
      wish_(wish_for(title_->tracks(), play.rendition, play.cap)) {
  if (title_->video() == 0) return;
  choice_.emplace(video_rates(title_->tracks()), audio_rate(title_->tracks()));
  current_ = wanted_ = wish_.fixed.value_or(std::min(choice_->start(target), wish_.highest));
}

void LiveView::begin(Time now, Outlet& out) {
  using Priority = session::TrackOptions::Priority;
  wire::Tracks tracks{.play = play_, .live = true};
  if (title_->video() > 0) tracks.first = id(current_);
  for (std::size_t i = 0; i < this->tracks(); ++i) {
    const media::TrackConfig& config = title_->tracks()[i];
    const bool audio = config.kind == media::Kind::audio;
    out.port.open_track(
        id(i), {.priority = audio ? Priority::audio : Priority::video, .weight = share_, .duplicate = audio});
    tracks.tracks.push_back(to_wire(config, id(i)));
  }
  out.messages.send(tracks);
  if (choice_) due_ = now + look_again;
  try_start(now, out);
}

void LiveView::pause(Time now, bool paused, Outlet& out) {
  if (paused == paused_) return;
  paused_ = paused;
  started_ = false;
  boundary_.reset();
  try_start(now, out);
}

void LiveView::frame(Time now, std::size_t track, const media::Frame& frame, Outlet& out) {
  if (paused_) return;
  if (track >= title_->video()) return send(now, track, frame, false, out);
  if (!started_) return try_start(now, out);
  video_frame(now, track, frame, out);
}

void LiveView::video_frame(Time now, std::size_t track, const media::Frame& frame, Outlet& out) {
  if (track == current_) {
    const auto unsent = DataSize::bytes(static_cast<std::int64_t>(out.port.bytes_unsent(id(current_))));
    backlog_ = std::min(backlog_.value_or(unsent), unsent);
  }
  if (boundary_ && now - boundary_at_ > patience) give_up_switch(now, out);
  const bool concerned = track == current_ || track == wanted_;
  if (!boundary_ && wanted_ != current_ && concerned && frame.key && frame.number > last_) {
    boundary_ = frame.number;
    boundary_at_ = now;
  }
  if (boundary_ && frame.number >= *boundary_) {
    if (track == wanted_) try_switch(now, out);
  } else if (track == current_ && frame.number >= from_) {
    send(now, track, frame, false, out);
  }
}

void LiveView::try_start(Time now, Outlet& out) {
  if (title_->video() == 0 || paused_) return;
  const auto& group = title_->group(current_);
  if (group.empty() || !group.front().key) return;
  started_ = true;
  from_ = last_ = group.front().number;
  send_group(now, current_, out);
}

/// Goes over when the other rendition has the key frame at which the current one was held.
void LiveView::try_switch(Time now, Outlet& out) {
  const auto& group = title_->group(wanted_);
  if (group.empty() || group.front().number != *boundary_) return;
  const auto& tracks = title_->tracks();
  out.messages.send(wire::Switched{.play = play_,
                                   .from = id(current_),
                                   .to = id(wanted_),
                                   .at = *boundary_,
                                   .reason = shortened(reason_, 128)});
  out.events.push_back(PlaySwitched{out.session, play_, out.user, title_->name(), tracks[current_].rendition,
                                    tracks[wanted_].rendition, reason_});
  current_ = wanted_;
  from_ = *boundary_;
  boundary_.reset();
  send_group(now, current_, out);
}

/// Goes on with the current rendition, from where it was held.
void LiveView::give_up_switch(Time now, Outlet& out) {
  from_ = *boundary_;
  boundary_.reset();
  send_group(now, current_, out);
}

void LiveView::send_group(Time now, std::size_t track, Outlet& out) {
  for (const media::Frame& frame : title_->group(track)) {
    if (frame.number >= from_) send(now, track, frame, true, out);
  }
}

/// Frames that a viewer catches up with have missed their time, but the next ones need them.
void LiveView::send(Time now, std::size_t track, const media::Frame& frame, bool catching_up, Outlet& out) {
  Time deadline = title_->captured(frame) + latency_;
  if (catching_up) deadline = std::max(deadline, now + latency_);
  if (deadline <= now) return;
  if (track < title_->video()) last_ = std::max(last_, frame.number);
  // A session that takes no more is one whose path carries no more: the frame would have come too late.
  static_cast<void>(out.port.send(now, id(track), frame, deadline));
}

std::optional<FrameNumber> LiveView::waits_for_key_frame(const Outlet& out) const {
  if (paused_ || title_->video() == 0) return std::nullopt;
  if (!started_) return title_->newest();
  const bool changes_over = wanted_ != current_ && !boundary_;
  if (changes_over || out.port.needs_key_frame(id(current_))) return last_;
  return std::nullopt;
}

void LiveView::wish(Time now, const RenditionWish& wish, Outlet& out) {
  wish_ = wish;
  advance(now, out);
}

void LiveView::advance(Time now, Outlet& out) {
  if (!choice_) return;
  due_ = now + look_again;
  if (wish_.fixed) {
    wanted_ = *wish_.fixed;
    reason_ = "asked for";
  } else {
    const Port::Path path = out.port.path();
    const Duration drains = std::min<Duration>(path.media_held / path.target, 1h);
    if (auto step = choice_->decide(now, wanted_, wish_.highest, {path.target, drains - latency_})) {
      wanted_ = step->to;
      reason_ = step->reason;
    }
  }
  if (boundary_ && (wanted_ == current_ || now - boundary_at_ > patience)) give_up_switch(now, out);
}

DataRate LiveView::most() const {
  if (!choice_) return audio_rate(title_->tracks());
  return choice_->need(wish_.fixed.value_or(wish_.highest));
}

void LiveView::end(std::string_view reason, Outlet& out) {
  for (std::size_t i = 0; i < tracks(); ++i) out.port.close_track(id(i));
  out.messages.send(wire::Ended{.play = play_, .reason = shortened(reason, 256)});
  out.events.push_back(PlayOver{out.session, play_, out.user, title_->name(), std::string(reason)});
}

}  // namespace avocet::service
