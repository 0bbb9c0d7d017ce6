#include "protocol/media/playout.hpp"

#include <algorithm>
#include <cmath>

namespace avocet::media {
namespace {

/// Media and capture times beyond this (three years) are taken for nonsense; within it, sums of a few stay
/// exact.
constexpr double farthest_seconds = 1e8;

bool possible(std::int64_t ticks, Timebase t) {
  return std::abs(static_cast<double>(ticks)) * t.numerator / t.denominator < farthest_seconds;
}

}  // namespace

Playout::Playout(const Config& config) : config_(config), clock_(config.latency) {
  lines_[1].kind = Kind::audio;
}

void Playout::set_tracks(Time now, std::vector<PlayoutTrack> tracks, Duration start,
                         std::optional<TrackId> video) {
  tracks_ = std::move(tracks);
  for (Line& l : lines_) {
    const auto of_kind = std::ranges::find(tracks_, l.kind, &PlayoutTrack::kind);
    const bool exists = of_kind != tracks_.end();
    const Kind kind = l.kind;
    l = Line{};
    l.kind = kind;
    l.clear(exists, kind == Kind::video ? video : exists ? std::optional(of_kind->id) : std::nullopt);
    l.decode_end = l.present_end = start;
  }
  start_ = start;
  started_ = ended_ = gave_up_ = false;
  stalled_at_.reset(), patience_from_.reset();
  if (paused_at_) paused_at_ = now;
  clock_.reset();
  freezes_.restart();
}

const PlayoutTrack* Playout::find(TrackId id) const {
  const auto at = std::ranges::find(tracks_, id, &PlayoutTrack::id);
  return at == tracks_.end() ? nullptr : &*at;
}

void Playout::add(Time now, TrackId id, const Frame& frame, Time arrival) {
  const PlayoutTrack* track = find(id);
  if (track == nullptr) return;
  const bool live = config_.mode == Mode::live;
  if (live && paused_at_) return;
  Line& to = line(track->kind);
  std::optional<WaitingFrame> waiting = measure(now, *track, frame, to);
  if (!waiting) {
    ++counters_.refused;
    return;
  }
  if (live) {
    clock_.observe(arrival, frame.capture);
  } else {
    settle_stored(now);
  }
  if (to.expected() && frame.number < *to.expected()) return;
  if (to.add(id, std::move(*waiting))) make_room();
}

/// Where the frame belongs in media time; nothing when its times cannot be.
std::optional<WaitingFrame> Playout::measure(Time now, const PlayoutTrack& track, const Frame& frame,
                                             Line& l) {
  const Timebase t = track.timebase;
  if (t.denominator == 0 || !possible(frame.pts, t) || !possible(frame.reorder, t) ||
      !possible(frame.duration, t) || !possible(frame.capture, {1, 1'000'000})) {
    return std::nullopt;
  }
  WaitingFrame w{.frame = frame, .complete = now};
  w.present = to_duration(frame.pts, t);
  w.decode = w.present - to_duration(frame.reorder, t);
  w.length = to_duration(frame.duration, t);
  if (w.length == Duration::zero()) w.length = l.typical;
  l.typical = w.length;
  return w;
}

void Playout::make_room() {
  while (lines_[0].frames() + lines_[1].frames() > config_.max_frames ||
         lines_[0].bytes() + lines_[1].bytes() > config_.max_bytes) {
    Line& fuller = lines_[0].bytes() >= lines_[1].bytes() ? lines_[0] : lines_[1];
    Line& from = fuller.frames() > 0 ? fuller : lines_[&fuller == &lines_[0] ? 1 : 0];
    from.take(from.least_wanted());
    ++counters_.refused;
  }
}

void Playout::on_switched(TrackId from, TrackId to, FrameNumber at) {
  line(Kind::video).switch_to(from, to, at);
}
void Playout::on_ended() { ended_ = true; }

std::optional<Release> Playout::next(Time now) {
  freezes_.advance(now);
  if (paused_at_) return std::nullopt;
  return config_.mode == Mode::stored ? next_stored(now) : next_live(now);
}

std::optional<Time> Playout::wake() const {
  if (paused_at_) return std::nullopt;
  return config_.mode == Mode::stored ? wake_stored() : wake_live();
}

Release Playout::release(Line& l, const PlayoutLane::Entry& entry, Time due, Fate fate, Time now) {
  const TrackId track = entry.track;
  WaitingFrame w = l.take(entry);
  const bool late = fate != Fate::in_time;
  if (l.kind == Kind::video) {
    ++(fate == Fate::late ? counters_.frames_lost : counters_.frames_received);
    if (fate == Fate::held_up) ++counters_.frames_dropped;
    if (!late) freezes_.show(std::max(due, now));
  } else {
    ++(late ? counters_.audio_frames_lost : counters_.audio_frames_received);
  }
  l.last_track = track;
  l.decode_end = w.decode + w.length;
  l.present_end = std::max(l.present_end, w.present + w.length);
  l.finished = w.frame.end_of_track;
  l.advance_to(w.frame.number + 1);
  return {track, l.kind, std::move(w.frame), due, late};
}

/// A frame that no decoder could make sense of.
void Playout::drop_undecodable(Line& l, const PlayoutLane::Entry& entry, bool in_time) {
  const WaitingFrame w = l.take(entry);
  if (in_time) ++counters_.frames_received, ++counters_.frames_dropped;
  if (!in_time) ++counters_.frames_lost;
  l.decode_end = w.decode + w.length;
  if (l.expected()) l.advance_to(w.frame.number + 1);
}

void Playout::pause(Time now) {
  if (paused_at_) return;
  if (config_.mode == Mode::stored) settle_stored(now);
  paused_at_ = now;
}

void Playout::resume(Time now) {
  if (!paused_at_) return;
  const Duration held = now - *paused_at_;
  paused_at_.reset(), patience_from_.reset();
  freezes_.restart();
  if (config_.mode == Mode::stored) {
    anchor_ += held;
    if (stalled_at_) *stalled_at_ += held;
    return;
  }
  for (Line& l : lines_) {
    const std::optional<TrackId> track = l.expected() ? l.track_of(*l.expected()) : std::nullopt;
    l.clear(l.exists(), track);
    l.broken = false;
  }
}

bool Playout::finished(Time now) const {
  Duration end = Duration::min();
  for (const Line& l : lines_) {
    if (!l.exists()) continue;
    const bool over =
        config_.mode == Mode::stored ? l.finished || l.absent : l.finished || (ended_ && l.frames() == 0);
    if (!over) return false;
    end = std::max(end, l.present_end);
  }
  return config_.mode == Mode::live || !started_ || now >= anchor_ + end;
}

Duration Playout::position(Time now) const {
  const Duration released = released_until();
  if (config_.mode == Mode::live || !started_) return released;
  for (const std::optional<Time>& halt : {paused_at_, stalled_at_}) {
    if (halt) now = std::min(now, *halt);
  }
  return std::clamp(now - anchor_, start_, std::max(start_, released));
}

Duration Playout::released_until() const {
  return line(line(Kind::video).exists() ? Kind::video : Kind::audio).present_end;
}

Duration Playout::buffered() const {
  return line(line(Kind::video).exists() ? Kind::video : Kind::audio).run(Duration::max()).length;
}

std::optional<TrackId> Playout::video_track() const {
  const Line& video = line(Kind::video);
  return video.track_of(video.expected().value_or(FrameNumber{0}));
}

const PlayoutCounters& Playout::counters(Time now) {
  freezes_.advance(now);
  counters_.freeze_count = freezes_.count();
  counters_.total_freezes_duration = freezes_.total();
  return counters_;
}

}  // namespace avocet::media
