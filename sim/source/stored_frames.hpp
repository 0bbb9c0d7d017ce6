#pragma once

#include <memory>

#include "protocol/media/frame.hpp"
#include "sim/experiment/frame_trace.hpp"

namespace avocet::sim {

/// A title of a frame trace, as often one after the other as is wanted, in segments as a server asks for
/// them. The bytes of its frames are made up.
class StoredFrames {
 public:
  StoredFrames(std::shared_ptr<const FrameTrace>, std::uint32_t repeat);

  Duration duration() const { return trace_->length * repeat_; }
  std::vector<media::TrackConfig> tracks() const;
  std::vector<Duration> segment_starts() const;
  media::SharedSegment segment(std::size_t track, std::uint32_t index) const;

 private:
  std::size_t segment_of(const FrameTrace::Track&, const FrameTrace::Frame&) const;

  std::shared_ptr<const FrameTrace> trace_;
  std::uint32_t repeat_;
  /// By track: index of the first frame of each segment, and of the end. Audio that is longer than
  /// the pictures is left out.
  std::vector<std::vector<std::size_t>> first_;
};

}  // namespace avocet::sim
