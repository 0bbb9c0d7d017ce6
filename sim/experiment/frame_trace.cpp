#include "sim/experiment/frame_trace.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <optional>
#include <sstream>

namespace avocet::sim {
namespace {

constexpr std::uint32_t largest_frame = 8 << 20;

using Track = FrameTrace::Track;

/// `track video 240p h264 1/12288 426x240 300000`, `track audio aac 1/48000 48000Hz 2ch 64000`.
std::optional<Track> parse_track(std::istringstream& in) {
  Track track;
  std::string kind;
  char separator = 0, times = 0;
  in >> kind;
  track.video = kind == "video";
  if (!track.video && kind != "audio") return std::nullopt;
  if (track.video) in >> track.rendition;
  in >> track.codec >> track.numerator >> separator >> track.denominator;
  std::string hertz = "Hz", channels = "ch";
  if (track.video) {
    in >> track.width >> times >> track.height;
  } else {
    in >> track.sample_rate >> hertz >> track.channels >> channels;
  }
  in >> track.bitrate;
  const bool good = !in.fail() && separator == '/' && (!track.video || times == 'x') && hertz == "Hz" &&
                    channels == "ch" && track.numerator > 0 && track.denominator > 0;
  return good ? std::optional(track) : std::nullopt;
}

/// `pts dts duration size flags`.
std::optional<FrameTrace::Frame> parse_frame(std::istringstream& in) {
  FrameTrace::Frame frame;
  std::int64_t dts = 0;
  std::string flags;
  in >> frame.pts >> dts >> frame.duration >> frame.size >> flags;
  if (in.fail() || dts > frame.pts || frame.pts - dts > UINT32_MAX) return std::nullopt;
  if (frame.size == 0 || frame.size > largest_frame || frame.duration == 0) return std::nullopt;
  frame.reorder = static_cast<std::uint32_t>(frame.pts - dts);
  frame.key = flags == "K", frame.discardable = flags == "D";
  return frame;
}

std::vector<Duration> key_times(const Track& track) {
  std::vector<Duration> times;
  for (const auto& frame : track.frames) {
    if (frame.key) times.push_back(track.at(frame.pts));
  }
  return times;
}

/// What is wrong with the whole; fills in what follows from it.
std::string complete(FrameTrace& trace) {
  const auto audio = std::ranges::count(trace.tracks, false, &Track::video);
  if (trace.tracks.empty() || !trace.tracks.front().video) return "there is no track of video, or not first";
  if (audio > 1 || (audio == 1 && trace.tracks.back().video)) return "sound is one track, the last";
  for (const Track& track : trace.tracks) {
    if (track.frames.empty()) return fmt::format("track {} has no frames", track.rendition);
    if (!track.video) continue;
    if (!track.frames.front().key) return track.rendition + " does not begin with a key frame";
    if (&track == &trace.tracks.front()) trace.starts = key_times(track);
    if (key_times(track) != trace.starts) {
      return fmt::format("{} has its key frames at other instants than {}", track.rendition,
                         trace.tracks.front().rendition);
    }
  }
  if (trace.starts.front() != Duration{}) return "the first picture is not at 0";
  for (const auto& frame : trace.tracks.front().frames) {
    trace.length = std::max(trace.length, trace.tracks.front().at(frame.pts + frame.duration));
  }
  return {};
}

}  // namespace

Duration FrameTrace::Track::at(std::int64_t ticks) const {
  __extension__ using Wide = __int128;
  return Duration(static_cast<std::int64_t>(Wide{ticks} * numerator * 1'000'000'000 / denominator));
}

std::expected<FrameTrace, std::string> FrameTrace::parse(std::string_view text) {
  FrameTrace trace;
  std::istringstream lines{std::string(text)};
  std::string line;
  for (int number = 1; std::getline(lines, line); ++number) {
    if (line.empty() || line.front() == '#') continue;
    std::istringstream in(line);
    const auto wrong = [&](const char* wanted) {
      return std::unexpected(fmt::format("line {}: '{}': wanted is {}", number, line.substr(0, 60), wanted));
    };
    if (line.starts_with("track ")) {
      in.ignore(6);
      auto track = parse_track(in);
      if (!track)
        return wrong(
            "track video RENDITION CODEC 1/HZ WxH BITRATE or track audio CODEC 1/HZ RATEHz NUMBERch BITRATE");
      trace.tracks.push_back(std::move(*track));
      continue;
    }
    const auto frame = parse_frame(in);
    if (!frame || trace.tracks.empty()) return wrong("PTS DTS DURATION SIZE and K, D or -, after a track");
    trace.tracks.back().frames.push_back(*frame);
  }
  if (auto problem = complete(trace); !problem.empty()) return std::unexpected(std::move(problem));
  return trace;
}

}  // namespace avocet::sim
