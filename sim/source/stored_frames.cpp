#include "sim/source/stored_frames.hpp"

#include <algorithm>

namespace avocet::sim {
namespace {

/// Differs from frame to frame and from track to track.
SharedBytes made_up(std::size_t size, std::size_t track, std::uint64_t number) {
  Bytes bytes(size);
  for (std::size_t i = 0; i < size; ++i) bytes[i] = static_cast<std::byte>(number * 31 + i * 7 + track);
  for (std::size_t i = 0; i < std::min<std::size_t>(size, 4); ++i) {
    bytes[i] = static_cast<std::byte>(number >> (8 * i));
  }
  return std::make_shared<const Bytes>(std::move(bytes));
}

}  // namespace

StoredFrames::StoredFrames(std::shared_ptr<const FrameTrace> trace, std::uint32_t repeat)
    : trace_(std::move(trace)), repeat_(repeat) {
  for (const FrameTrace::Track& track : trace_->tracks) {
    std::vector<std::size_t> first{0};
    for (std::size_t i = 0; i < track.frames.size(); ++i) {
      // Priming puts a title's first sound before 0: the next lap's takes the place of this one's last.
      const Duration since_first = track.at(track.frames[i].pts - track.frames[0].pts);
      if (!track.video && since_first >= trace_->length) {
        first.resize(trace_->starts.size(), i);
        first.push_back(i);
        break;
      }
      while (first.size() <= segment_of(track, track.frames[i])) first.push_back(i);
    }
    first.resize(trace_->starts.size() + 1, track.frames.size());
    first_.push_back(std::move(first));
  }
}

/// Pictures belong to the key frame before them in decode order, sound to the time at which it begins.
std::size_t StoredFrames::segment_of(const FrameTrace::Track& track, const FrameTrace::Frame& frame) const {
  if (track.video && !frame.key) return 0;  // that of the frame before it
  const auto after = std::ranges::upper_bound(trace_->starts, track.at(frame.pts));
  return static_cast<std::size_t>(std::max<std::ptrdiff_t>(after - trace_->starts.begin(), 1) - 1);
}

std::vector<media::TrackConfig> StoredFrames::tracks() const {
  std::vector<media::TrackConfig> configs;
  for (const FrameTrace::Track& track : trace_->tracks) {
    configs.push_back({.kind = track.video ? media::Kind::video : media::Kind::audio,
                       .rendition = track.rendition,
                       .codec = track.codec,
                       .timebase = {track.numerator, track.denominator},
                       .width = static_cast<std::uint16_t>(track.width),
                       .height = static_cast<std::uint16_t>(track.height),
                       .sample_rate = track.sample_rate,
                       .channels = static_cast<std::uint8_t>(track.channels),
                       .bitrate = track.bitrate});
  }
  return configs;
}

std::vector<Duration> StoredFrames::segment_starts() const {
  std::vector<Duration> starts;
  for (std::uint32_t lap = 0; lap < repeat_; ++lap) {
    for (const Duration start : trace_->starts) starts.push_back(lap * trace_->length + start);
  }
  return starts;
}

media::SharedSegment StoredFrames::segment(std::size_t track, std::uint32_t index) const {
  const FrameTrace::Track& traced = trace_->tracks[track];
  const auto segments = static_cast<std::uint32_t>(trace_->starts.size());
  const std::uint32_t lap = index / segments;
  const std::vector<std::size_t>& first = first_[track];
  const std::int64_t lap_ticks =
      trace_->length.count() / 1000 * traced.denominator / traced.numerator / 1'000'000;
  auto segment = std::make_shared<media::Segment>();
  segment->index = index;
  for (std::size_t i = first[index % segments]; i < first[index % segments + 1]; ++i) {
    const FrameTrace::Frame& frame = traced.frames[i];
    const std::uint64_t number = std::uint64_t{lap} * first.back() + i;
    segment->frames.push_back({.number = {number},
                               .pts = frame.pts + lap * lap_ticks,
                               .reorder = frame.reorder,
                               .duration = frame.duration,
                               .key = frame.key,
                               .discardable = frame.discardable,
                               .end_of_track = lap + 1 == repeat_ && i + 1 == first.back(),
                               .payload = made_up(frame.size, track, number)});
  }
  return segment;
}

}  // namespace avocet::sim
