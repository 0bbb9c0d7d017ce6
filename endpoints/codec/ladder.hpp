#pragma once

#include <atomic>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <string>
#include <vector>

#include "endpoints/codec/error.hpp"
#include "protocol/base/time.hpp"
#include "protocol/base/units.hpp"

namespace avocet::codec {

/// One rendition to make. Its height is in its name ("720p"); the width follows from the source's shape.
struct Rung {
  std::string rendition;
  DataRate bitrate;
};
/// 240p, 720p and 1440p at 0.4, 2.5 and 6 Mbit/s.
std::vector<Rung> default_rungs();

enum class VideoCodec : std::uint8_t { h264, h265 };
enum class AudioCodec : std::uint8_t { aac, opus };

struct LadderSettings {
  std::vector<Rung> rungs = default_rungs();
  VideoCodec video = VideoCodec::h264;
  AudioCodec audio = AudioCodec::aac;
  std::string preset = "veryfast";  ///< of x264 and x265
  Duration segment = 500ms;         ///< distance of key frames; rounded to whole frames, at least one
  int threads = 2;
  bool replace = false;  ///< overwrite renditions that are already there
};

struct Progress {
  double fraction = 0;  ///< 0..1; stays 0 when the source does not tell its length
  double speed = 0;     ///< media seconds per second
  Duration left{};      ///< zero while unknown
};
using OnProgress = std::function<void(const Progress&)>;

struct LadderReport {
  Duration duration{};
  std::uint64_t frames = 0;           ///< the same in every rendition
  double frame_rate = 0;              ///< constant; the source's, at most 60
  std::vector<std::string> files;     ///< ascending renditions
  std::vector<std::string> warnings;  ///< e.g. the source was damaged; for the user
};

/// Makes `<name>_<rendition>.mp4` for every rung in the folder `library` (made when missing) from any file or
/// URL that FFmpeg reads. All renditions have the same frames, constant frame rate, closed GOPs and key
/// frames at the same instants; no access unit takes longer than about 100 ms at its rendition's rate. Audio
/// (the source's best track, as 48 kHz stereo) is encoded once and is the same in every file. Nothing appears
/// under its final name before all of it is complete; when `stop` becomes true, or on an error, nothing is
/// left behind. `on_progress` is called from this thread, a few times a second.
Result<LadderReport> make_ladder(const std::string& source, const std::filesystem::path& library,
                                 const std::string& name, const LadderSettings& settings,
                                 const OnProgress& on_progress, const std::atomic<bool>& stop);

}  // namespace avocet::codec
