#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "protocol/base/bytes.hpp"
#include "protocol/base/ids.hpp"
#include "protocol/base/time.hpp"

namespace avocet::media {

/// Seconds per tick as a fraction.
struct Timebase {
  std::uint32_t numerator = 1;
  std::uint32_t denominator = 1000;
  constexpr bool operator==(const Timebase&) const = default;
};

/// `ticks` of `timebase` as a duration, truncated to a nanosecond. Exact for any pts below 2^53 s *
/// denominator.
constexpr Duration to_duration(std::int64_t ticks, Timebase timebase) {
  __extension__ using Wide = __int128;
  const Wide ns = static_cast<Wide>(ticks) * timebase.numerator * 1'000'000'000;
  return Duration(static_cast<std::int64_t>(ns / timebase.denominator));
}

enum class Kind : std::uint8_t { video = 0, audio = 1 };

/// What a decoder and a person must know of one track. The same for every viewer of a title.
struct TrackConfig {
  Kind kind = Kind::video;
  std::string rendition;  ///< "720p"; empty for audio
  std::string codec;      ///< FFmpeg's name: "h264", "hevc", "aac", "opus"
  Timebase timebase;
  std::uint16_t width = 0, height = 0;  ///< pixels; 0 for audio
  std::uint32_t sample_rate = 0;        ///< Hz; 0 for video
  std::uint8_t channels = 0;
  std::uint32_t bitrate = 0;  ///< bit/s, mean
  Bytes extradata;            ///< decoder configuration, as in the container
  bool operator==(const TrackConfig&) const = default;
};

/// One access unit. Copies share the payload.
struct Frame {
  FrameNumber number;          ///< decode order
  std::int64_t pts = 0;        ///< presentation time, ticks of the track's timebase
  std::uint32_t reorder = 0;   ///< pts - dts, ticks
  std::uint32_t duration = 0;  ///< ticks
  std::int64_t capture = 0;    ///< us of the sender's monotonic clock when the picture was taken (live)
  bool key = false;
  bool discardable = false;  ///< no other frame refers to it
  bool end_of_track = false;
  SharedBytes payload;

  std::size_t size() const { return payload ? payload->size() : 0; }
};

/// All frames of one track between two instants at which every rendition has a key frame.
struct Segment {
  std::uint32_t index = 0;
  std::vector<Frame> frames;
};
using SharedSegment = std::shared_ptr<const Segment>;

}  // namespace avocet::media
