#include "endpoints/codec/alignment.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace avocet::codec {
namespace {

/// Time bases differ from file to file, and round.
constexpr Duration tolerance = 1ms;

struct KeyFrame {
  std::size_t number;
  Duration at;
};

std::vector<KeyFrame> key_frames(const TrackIndex& track) {
  std::vector<KeyFrame> keys;
  for (std::size_t i = 0; i < track.samples.size(); ++i)
    if (track.samples[i].key)
      keys.push_back({i, media::to_duration(track.samples[i].pts, track.config.timebase)});
  return keys;
}

std::unexpected<Error> differ(const std::string& base, const std::string& other, const std::string& how) {
  return std::unexpected(Error{Fault::misaligned,
                               fmt::format("'{}' does not align with '{}': {}", other, base, how),
                               "encode all renditions with key frames at the same instants (x264: "
                               "keyint=N:min-keyint=N:scenecut=0:open-gop=0), "
                               "or make them with `avocet-server add FILE --name NAME --library DIR`"});
}

}  // namespace

Result<void> check_alignment(const std::string& base_name, const TrackIndex& base, const std::string& name,
                             const TrackIndex& other) {
  const auto ours = key_frames(base), theirs = key_frames(other);
  const auto only = [&](const std::string& has, Duration at, const std::string& lacks) {
    return differ(
        base_name, name,
        fmt::format("at {:.3f} s '{}' has a key frame and '{}' has none", to_seconds(at), has, lacks));
  };
  for (std::size_t i = 0; i < std::max(ours.size(), theirs.size()); ++i) {
    if (i >= theirs.size() || (i < ours.size() && ours[i].at < theirs[i].at - tolerance))
      return only(base_name, ours[i].at, name);
    if (i >= ours.size() || theirs[i].at < ours[i].at - tolerance) return only(name, theirs[i].at, base_name);
    if (ours[i].number != theirs[i].number)
      return differ(base_name, name,
                    fmt::format("before the key frame at {:.3f} s there are {} frames, not {}",
                                to_seconds(ours[i].at), theirs[i].number, ours[i].number));
  }
  if (base.samples.size() != other.samples.size())
    return differ(base_name, name,
                  fmt::format("after the last key frame, at {:.3f} s, there are {} frames, not {}",
                              to_seconds(ours.back().at), other.samples.size() - theirs.back().number,
                              base.samples.size() - ours.back().number));
  return {};
}

}  // namespace avocet::codec
