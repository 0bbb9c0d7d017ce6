#include <algorithm>

#include "protocol/media/playout.hpp"

/// Stored playout: a clock that stops when a frame is missing.
namespace avocet::media {
namespace {

/// How far the first frame may be from where the play was to start. Less than a segment, so that no other key
/// frame is taken for it; more than any rounding.
constexpr Duration start_tolerance = 250ms;
/// How long one kind is waited for when all it could be is that it has ended, or begins later.
constexpr Duration patience = 1s;

}  // namespace

std::optional<Release> Playout::next_stored(Time now) {
  settle_stored(now);
  while (started_ && !stalled_at_) {
    Line* due_first = nullptr;
    PlayoutLane::Entry first;
    for (Line& l : lines_) {
      const PlayoutLane::Entry entry = l.expected() ? l.find(*l.expected()) : PlayoutLane::Entry{};
      if (entry && (!first || entry.waiting->decode < first.waiting->decode)) due_first = &l, first = entry;
    }
    if (!first || release_at(*first.waiting) > now) return std::nullopt;
    // A switch that came too late: the new rendition can only be entered at a key frame.
    const bool enters = due_first->last_track && *due_first->last_track != first.track;
    if (enters && !first.waiting->frame.key && due_first->kind == Kind::video) {
      drop_undecodable(*due_first, first, true);
      continue;
    }
    return release(*due_first, first, anchor_ + first.waiting->present, Fate::in_time, now);
  }
  return std::nullopt;
}

/// Starts, stalls and goes on, as of `now`, with what is there.
void Playout::settle_stored(Time now) {
  if (paused_at_) return;
  for (Line& l : lines_) find_start(l);
  if (started_ && !stalled_at_) {
    for (Line& l : lines_) note_stall(now, l);
  }
  if (started_ && !stalled_at_) return;
  if (std::ranges::all_of(lines_, [this](const Line& l) { return ready(l); })) {
    patience_from_.reset();
    go_on(now);
  } else if (patience_is_over(now)) {
    settle_stored(now);
  }
}

/// Finds the first frame: for video the key frame at the start; for audio, where every frame could be it, the
/// one that covers the start.
void Playout::find_start(Line& l) {
  if (l.absent && l.run(config_.latency).length >= config_.latency) l.absent = false;
  if (!l.exists() || l.expected() || l.finished) return;
  PlayoutLane::Entry first = l.first_from(FrameNumber{0});
  if (l.kind == Kind::video) {
    while (first && !first.waiting->frame.key) first = l.first_from(first.number() + 1);
    if (!first || first.waiting->present >= start_ + start_tolerance) return;
  } else {
    if (!first) return;
    const bool covers = first.waiting->present < start_ + first.waiting->length;
    if (!covers && !l.absent && first.number() != FrameNumber{0}) return;
  }
  l.begin_with(first);
  l.decode_end = first.waiting->decode;
}

void Playout::note_stall(Time now, Line& l) {
  if (!waits_for(l) || (l.expected() && l.find(*l.expected()))) return;
  const Time needed = anchor_ + l.decode_end;
  if (needed > now) return;
  if (gave_up_) {
    l.finished = true;
  } else {
    stalled_at_ = stalled_at_ ? std::min(*stalled_at_, needed) : needed;
  }
}

/// The clock starts, or goes on.
void Playout::go_on(Time now) {
  if (started_) {
    anchor_ += now - *stalled_at_;
    stalled_at_.reset();
    return;
  }
  std::optional<Duration> begin;
  for (Line& l : lines_) {
    const PlayoutLane::Entry first = l.expected() ? l.find(*l.expected()) : PlayoutLane::Entry{};
    if (first) begin = std::min(begin.value_or(Duration::max()), first.waiting->decode);
    if (!first && gave_up_) l.finished = true;
  }
  if (!begin) return;
  anchor_ = now - *begin;
  started_ = true;
}

bool Playout::waits_for(const Line& l) const { return l.exists() && !l.finished && !l.absent; }

/// Enough is there to start, or to go on after a stall.
bool Playout::ready(const Line& l) const {
  if (!waits_for(l) || gave_up_) return true;
  const PlayoutLane::Run run = l.run(config_.latency);
  return run.length >= config_.latency || run.to_end;
}

/// Ends the wait for what seems to have ended without saying so: audio that is shorter than the video, or
/// anything after the server said that nothing more comes. True when that changed something.
bool Playout::patience_is_over(Time now) {
  const Line& video = line(Kind::video);
  Line& audio = line(Kind::audio);
  const bool only_audio = waits_for(video) && ready(video) && !ready(audio);
  if (!only_audio && !ended_) return patience_from_.reset(), false;
  if (!patience_from_) patience_from_ = now;
  if (now < *patience_from_ + patience) return false;
  patience_from_.reset();
  if (ended_) {
    gave_up_ = true;
  } else {
    audio.absent = true;
  }
  return true;
}

Time Playout::release_at(const WaitingFrame& w) const { return anchor_ + w.decode - config_.lead; }

std::optional<Time> Playout::wake_stored() const {
  std::optional<Time> at;
  if (stalled()) {
    if (patience_from_) at = *patience_from_ + patience;
    return at;
  }
  for (const Line& l : lines_) {
    const PlayoutLane::Entry entry = l.expected() ? l.find(*l.expected()) : PlayoutLane::Entry{};
    if (!entry && !waits_for(l)) continue;
    const Time next = entry ? release_at(*entry.waiting) : anchor_ + l.decode_end;
    if (!at || next < *at) at = next;
  }
  return at;
}

}  // namespace avocet::media
