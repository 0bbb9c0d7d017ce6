#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "endpoints/codec/error.hpp"
#include "endpoints/codec/media_file.hpp"
#include "protocol/media/frame.hpp"

namespace avocet::codec {

/// Where a frame lies in its file, and when it is shown.
struct Sample {
  std::int64_t pts = 0, dts = 0;  ///< ticks
  std::int64_t position = 0;      ///< bytes
  std::uint32_t size = 0;         ///< bytes
  std::uint32_t duration = 0;     ///< ticks
  bool key = false;
};

/// All frames of one track in decode order.
struct TrackIndex {
  media::TrackConfig config;  ///< without its rendition's name
  std::vector<Sample> samples;
};

struct FileIndex {
  TrackIndex video;
  std::optional<TrackIndex> audio;
};

/// Reads an mp4's tables, but none of its media: an hour takes some 0.1 s, not gigabytes. Audio only when
/// asked for. Faults: unreadable, unsupported (codecs; no video; GOPs that are open, or that do not begin
/// with a key frame).
Result<FileIndex> read_index(const MediaFile& file, bool with_audio);

}  // namespace avocet::codec
