#include "protocol/service/live_title.hpp"

#include <algorithm>
#include <utility>

#include "protocol/service/tracks.hpp"

namespace avocet::service {
namespace {

constexpr std::size_t most_frames = 1024;  // of a group, besides its bytes

/// A publisher's clock may say anything; beyond 2^50 us (36 years) it says nothing.
std::int64_t capture_us(const media::Frame& frame) {
  constexpr std::int64_t most = std::int64_t{1} << 50;
  return std::clamp(frame.capture, -most, most);
}

}  // namespace

LiveTitle::LiveTitle(std::string name, Publisher publisher, const std::vector<wire::Track>& tracks,
                     std::size_t group_cache)
    : name_(std::move(name)),
      publisher_(std::move(publisher)),
      tracks_(from_wire(tracks)),
      recent_{.groups = std::vector<Group>(video_tracks(tracks_))},
      group_cache_(group_cache) {
  for (const wire::Track& track : tracks) ids_.push_back(track.id);
}

std::optional<std::size_t> LiveTitle::index_of(TrackId id) const {
  const auto found = std::ranges::find(ids_, id);
  if (found == ids_.end()) return std::nullopt;
  return static_cast<std::size_t>(found - ids_.begin());
}

void LiveTitle::take(Time arrived, std::size_t track, const media::Frame& frame) {
  Recent& r = recent_;
  r.clock.observe(arrived, capture_us(frame));
  if (track >= r.groups.size()) return;
  newest_ = std::max(newest_, frame.number);
  keep(r.groups[track], frame);
}

Time LiveTitle::captured(const media::Frame& frame) const {
  return recent_.clock.captured(capture_us(frame));
}

void LiveTitle::keep(Group& group, const media::Frame& frame) {
  if (frame.key && (!group.begun || frame.number > group.key)) {
    // Frames of the new group may have overtaken its key frame.
    std::erase_if(group.frames, [&](const media::Frame& f) { return f.number <= frame.number; });
    group.bytes = 0;
    for (const media::Frame& f : group.frames) group.bytes += f.size();
    group.key = frame.number;
    group.begun = true;
    group.too_large = false;
  }
  if (!group.begun || group.too_large || frame.number < group.key) return;
  const auto place = std::ranges::lower_bound(group.frames, frame.number, {}, &media::Frame::number);
  if (place != group.frames.end() && place->number == frame.number) return;
  if (group.bytes + frame.size() > group_cache_ || group.frames.size() >= most_frames) {
    group.frames.clear();
    group.bytes = 0;
    group.too_large = true;
    return;
  }
  group.bytes += frame.size();
  group.frames.insert(place, frame);
}

}  // namespace avocet::service
