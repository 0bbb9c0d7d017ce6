#pragma once

#include <cstdint>
#include <expected>
#include <string>
#include <string_view>
#include <vector>

#include "protocol/base/time.hpp"

namespace avocet::sim {

/// The frames of a title as they are stored, without their bytes: what FFmpeg reads in real files.
struct FrameTrace {
  struct Frame {
    std::int64_t pts = 0;        ///< ticks
    std::uint32_t reorder = 0;   ///< pts - dts, ticks
    std::uint32_t duration = 0;  ///< ticks
    std::uint32_t size = 0;      ///< bytes
    bool key = false, discardable = false;
  };
  struct Track {
    bool video = true;
    std::string rendition, codec;
    std::uint32_t numerator = 1, denominator = 1000;  ///< seconds per tick
    std::uint32_t width = 0, height = 0, sample_rate = 0, channels = 0;
    std::uint32_t bitrate = 0;
    std::vector<Frame> frames;  ///< in decode order

    Duration at(std::int64_t ticks) const;
  };
  std::vector<Track> tracks;     ///< video ascending, then at most one of audio
  std::vector<Duration> starts;  ///< of segments: where every rendition has a key frame
  Duration length{};             ///< to the end of the last picture

  /// The text that trace_frames.py writes. All renditions must have their key frames at the same instants,
  /// the first at 0. The message names the line.
  static std::expected<FrameTrace, std::string> parse(std::string_view text);
};

}  // namespace avocet::sim
