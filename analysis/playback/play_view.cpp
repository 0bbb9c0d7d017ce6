#include "analysis/playback/play_view.hpp"

#include <algorithm>
#include <chrono>
#include <utility>

namespace avocet::analysis {
namespace {

std::string rendition_of(const std::vector<wire::Track>& tracks, TrackId id) {
  const auto found = std::ranges::find(tracks, id, &wire::Track::id);
  return found == tracks.end() ? "track " + std::to_string(id.value) : found->rendition;
}

}  // namespace

void PlayView::on_tracks(Time now, const wire::Tracks& message) {
  live_ = message.live;
  tracks_ = message.tracks;
  if (!playout_) {
    playout_.emplace(
        media::Playout::Config{.mode = live_ ? media::Playout::Mode::live : media::Playout::Mode::stored,
                               .latency = request_.latency,
                               .max_frames = most_frames_});
  }
  std::vector<media::PlayoutTrack> lanes;
  for (const wire::Track& t : tracks_) {
    lanes.push_back({t.id, static_cast<media::Kind>(t.kind), {t.timebase_numerator, t.timebase_denominator}});
  }
  playout_->set_tracks(now, std::move(lanes), message.start, message.first);
  shown_ = message.first;
}

void PlayView::on_switched(const wire::Switched& message) {
  if (!playout_) return;
  playout_->on_switched(message.from, message.to, message.at);
  if (announced_.size() < most_switches_) announced_.push_back(message);
}

void PlayView::on_pause(Time now, bool paused) {
  if (playout_) paused ? playout_->pause(now) : playout_->resume(now);
}

void PlayView::on_ended(Time, std::string reason) {
  end_reason_ = std::move(reason);
  if (playout_) playout_->on_ended();
}

void PlayView::on_frame(Time now, const WholeFrame& done) {
  advance(now);
  if (playout_) {
    if (sizes_.size() >= most_frames_) sizes_.erase(sizes_.begin());
    sizes_.push_back({done.track, done.frame.number, done.size});
    playout_->add(now, done.track, done.frame, done.first_arrival);
  }
  advance(now);
}

void PlayView::advance(Time now) {
  if (!playout_ || now < now_) return;
  // Each wake is later than the one before; the bound is for frames with impossible times.
  for (int steps = 0; steps < 10'000; ++steps) {
    const auto wake = playout_->wake();
    const Time at = wake && *wake < now ? std::max(*wake, now_) : now;
    now_ = at;
    while (const auto next = playout_->next(at)) release(*next);
    if (at == now) break;
  }
  buffers_.add(playout_->buffered());
  if (live_ || !playout_->started()) return;
  const bool stalled = playout_->stalled() && !playout_->finished(now);
  if (stalled && !stalled_at_) {
    stalled_at_ = now;
    if (!first_stall_) first_stall_ = now;
    ++stalls_;
  } else if (!stalled && stalled_at_) {
    stalled_ += now - *std::exchange(stalled_at_, std::nullopt);
  }
}

void PlayView::note_shown(const media::Release& next) {
  const auto track = std::ranges::find(tracks_, next.track, &wire::Track::id);
  if (next.late || track == tracks_.end()) return;
  if (!first_shown_) first_shown_ = now_;
  if (!first_freeze_ && playout_->counters(now_).freeze_count > 0) first_freeze_ = now_;
  shown_bytes_ += size_of(next);
  const Duration media =
      live_ ? std::chrono::microseconds(next.frame.capture)
            : media::to_duration(next.frame.pts, {track->timebase_numerator, track->timebase_denominator});
  const Time at = std::max(next.due, now_);
  next.kind == media::Kind::video ? sync_.picture(at, media) : sync_.sound(at, media);
}

std::size_t PlayView::size_of(const media::Release& next) {
  const auto found = std::ranges::find_if(
      sizes_, [&](const Waiting& w) { return w.track == next.track && w.number == next.frame.number; });
  const std::size_t size = found == sizes_.end() ? 0 : found->size;
  std::erase_if(sizes_,
                [&](const Waiting& w) { return w.track == next.track && w.number <= next.frame.number; });
  return size;
}

void PlayView::release(const media::Release& next) {
  note_shown(next);
  if (next.kind != media::Kind::video) return;
  late_ += next.late;
  if (!first_frame_ && !next.late) first_frame_ = next.due - asked_;
  if (next.track == shown_) return;
  const std::optional<TrackId> from = std::exchange(shown_, next.track);
  if (!from || switches_.size() >= most_switches_) return;
  const auto told = std::ranges::find_if(announced_, [&](const wire::Switched& s) {
    return s.to == next.track && s.at <= next.frame.number && s.from == *from;
  });
  switches_.push_back({now_, rendition_of(tracks_, *from), rendition_of(tracks_, next.track),
                       told == announced_.end() ? std::string() : told->reason});
}

media::PlayoutCounters PlayView::counters() const {
  return playout_ ? playout_->counters(now_) : media::PlayoutCounters{};
}

}  // namespace avocet::analysis
