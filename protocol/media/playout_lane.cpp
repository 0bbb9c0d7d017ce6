#include "protocol/media/playout_lane.hpp"

#include <algorithm>
#include <cassert>

namespace avocet::media {

void PlayoutLane::clear(bool exists, std::optional<TrackId> first_track) {
  exists_ = exists;
  held_.clear();
  sections_.clear();
  expected_.reset();
  bytes_ = 0;
  if (first_track) sections_.push_back({FrameNumber{0}, *first_track});
}

bool PlayoutLane::add(TrackId track, WaitingFrame waiting) {
  const std::size_t size = waiting.frame.size();
  const Key key{waiting.frame.number, track};
  const bool fresh = held_.try_emplace(key, std::move(waiting)).second;
  if (fresh) bytes_ += size;
  return fresh;
}

WaitingFrame PlayoutLane::take(const Entry& e) {
  auto node = held_.extract(Key{e.number(), e.track});
  assert(!node.empty());
  bytes_ -= node.mapped().frame.size();
  return std::move(node.mapped());
}

void PlayoutLane::switch_to(TrackId from, TrackId to, FrameNumber at) {
  if (sections_.empty()) sections_.push_back({FrameNumber{0}, from});
  std::erase_if(sections_, [at](const Section& s) { return s.at >= at; });
  sections_.push_back({at, to});
  // What no frame to come belongs to need not be kept, so that the list stays as short as the buffer is.
  while (sections_.size() > 1 && expected_ && sections_[1].at <= *expected_)
    sections_.erase(sections_.begin());
}

std::optional<TrackId> PlayoutLane::track_of(FrameNumber n) const {
  const auto after = std::ranges::upper_bound(sections_, n, {}, &Section::at);
  if (after == sections_.begin()) return std::nullopt;
  return (after - 1)->track;
}

PlayoutLane::Entry PlayoutLane::find(FrameNumber n) const {
  const std::optional<TrackId> track = track_of(n);
  if (!track) return {};
  const auto at = held_.find(Key{n, *track});
  return at == held_.end() ? Entry{} : entry(at);
}

PlayoutLane::Entry PlayoutLane::first_from(FrameNumber n) const {
  for (auto at = held_.lower_bound(Key{n, TrackId{0}}); at != held_.end(); ++at) {
    if (sections_.empty() || track_of(at->first.first) == at->first.second) return entry(at);
  }
  return {};
}

void PlayoutLane::begin_with(const Entry& e) {
  if (sections_.empty()) sections_.push_back({FrameNumber{0}, e.track});
  advance_to(e.number());
}

void PlayoutLane::advance_to(FrameNumber n) {
  expected_ = n;
  while (!held_.empty() && held_.begin()->first.first < n) take(entry(held_.begin()));
}

PlayoutLane::Run PlayoutLane::run(Duration enough) const {
  Run run;
  if (!expected_) return run;
  FrameNumber n = *expected_;
  std::optional<Duration> begin;
  for (Entry e = find(n); e && run.length < enough && !run.to_end; e = find(++n)) {
    if (!begin) begin = e.waiting->decode;
    run.length = e.waiting->decode + e.waiting->length - *begin;
    run.to_end = e.waiting->frame.end_of_track;
  }
  return run;
}

PlayoutLane::Entry PlayoutLane::least_wanted() const {
  for (auto at = held_.end(); at != held_.begin();) {
    --at;
    if (!sections_.empty() && track_of(at->first.first) != at->first.second) return entry(at);
  }
  return held_.empty() ? Entry{} : entry(std::prev(held_.end()));
}

}  // namespace avocet::media
