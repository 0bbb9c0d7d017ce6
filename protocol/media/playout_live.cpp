#include <algorithm>

#include "protocol/media/playout.hpp"
#include "protocol/media/reassembly_limits.hpp"

/// Live playout: a clock that never stops; what comes too late is lost.
namespace avocet::media {

std::optional<Release> Playout::next_live(Time now) {
  for (Line& l : lines_) {
    if (std::optional<Release> release = next_live(now, l)) return release;
  }
  return std::nullopt;
}

std::optional<Release> Playout::next_live(Time now, Line& l) {
  while (l.expected() || find_live_start(now, l)) {
    const PlayoutLane::Entry entry = l.find(*l.expected());
    if (!entry) {
      if (!skip_missing(now, l)) return std::nullopt;
      continue;
    }
    const WaitingFrame& w = *entry.waiting;
    const Time due = due_live(w);
    const bool enters = l.last_track && *l.last_track != entry.track;
    if (l.kind == Kind::video && w.frame.key) l.broken = false;
    if (l.kind == Kind::video && !w.frame.key && (l.broken || enters)) {
      l.broken = true;
      drop_undecodable(l, entry, w.complete <= due);
      continue;
    }
    started_ = true;
    // A picture can be decoded when the last of what precedes it has come.
    const bool alone = w.frame.key || l.kind == Kind::audio;
    const Time decodable = alone ? w.complete : std::max(l.decodable_from, w.complete);
    if (!w.frame.discardable) l.decodable_from = decodable;
    const Fate fate = decodable <= due ? Fate::in_time : w.complete <= due ? Fate::held_up : Fate::late;
    return release(l, entry, due, fate, now);
  }
  return std::nullopt;
}

/// Begins with a key frame. What comes before one is dropped when it is due.
bool Playout::find_live_start(Time now, Line& l) {
  while (const PlayoutLane::Entry first = l.first_from(FrameNumber{0})) {
    if (l.kind == Kind::audio || first.waiting->frame.key) {
      l.begin_with(first);
      return true;
    }
    if (now < due_live(*first.waiting)) return false;
    drop_undecodable(l, first, first.waiting->complete <= due_live(*first.waiting));
  }
  return false;
}

/// Goes on without the expected frame when there is no more use in waiting for it.
bool Playout::skip_missing(Time now, Line& l) {
  const PlayoutLane::Entry target = skip_target(l);
  if (!target || now < skip_at(l, target)) return false;
  const FrameNumber to = target.number();
  std::uint64_t& lost = l.kind == Kind::video ? counters_.frames_lost : counters_.audio_frames_lost;
  lost += to - *l.expected();
  // Of those skipped, some are here: in vain.
  for (auto e = l.first_from(*l.expected()); e.number() < to; e = l.first_from(*l.expected())) {
    --lost;
    drop_undecodable(l, e, e.waiting->complete <= due_live(*e.waiting));
  }
  l.advance_to(to);
  if (l.kind == Kind::video) l.broken = true;
  return true;
}

/// Where to go on when the expected frame is missing: with the next key frame there is, else with the next
/// frame.
PlayoutLane::Entry Playout::skip_target(const Line& l) const {
  const PlayoutLane::Entry next = l.first_from(*l.expected());
  if (l.kind == Kind::audio) return next;
  const Time patience_ends = next ? due_live(*next.waiting) + reference_patience : Time::max();
  for (auto e = next; e && due_live(*e.waiting) <= patience_ends; e = l.first_from(e.number() + 1)) {
    if (e.waiting->frame.key) return e;
  }
  return next;
}

std::optional<FrameNumber> Playout::needs_key_frame(Time now) const {
  const Line& l = lines_[static_cast<std::size_t>(Kind::video)];
  if (config_.mode != Mode::live || paused_at_ || ended_) return std::nullopt;
  const PlayoutLane::Entry next = l.first_from(l.expected().value_or(FrameNumber{0}));
  bool stuck = l.broken;
  if (!l.broken && next) {
    // Before its time what is missing may still come.
    const bool missing = !l.expected() || next.number() != *l.expected();
    stuck = missing && due_live(*next.waiting) <= now;
  }
  if (!stuck) return std::nullopt;
  FrameNumber newest =
      l.expected() && l.expected()->value > 0 ? FrameNumber{l.expected()->value - 1} : FrameNumber{};
  for (auto e = next; e; e = l.first_from(e.number() + 1)) {
    if (e.waiting->frame.key) return std::nullopt;
    newest = e.number();
  }
  return newest;
}

/// When to go on with it: a key frame when it is to be shown; another picture when waiting for its reference
/// has become pointless; audio when the missing frame would have been played, or the player ran dry.
Time Playout::skip_at(const Line& l, const PlayoutLane::Entry& target) const {
  const Time due = due_live(*target.waiting);
  if (l.kind == Kind::audio) return due - target.waiting->length;
  return target.waiting->frame.key ? due : due + reference_patience;
}

Time Playout::due_live(const WaitingFrame& w) const { return clock_.due(w.frame.capture); }

std::optional<Time> Playout::wake_live() const {
  std::optional<Time> at;
  for (const Line& l : lines_) {
    if (l.expected() && l.find(*l.expected())) return Time::min();
    const PlayoutLane::Entry next = l.expected() ? skip_target(l) : l.first_from(FrameNumber{0});
    if (!next) continue;
    const Time then = l.expected() ? skip_at(l, next) : due_live(*next.waiting);
    if (!at || then < *at) at = then;
  }
  return at;
}

}  // namespace avocet::media
