#include "endpoints/client/snapshot.hpp"

namespace avocet::client {

std::uint64_t Snapshot::frames_decoded() const {
  return decoding ? video.decoded : play.frames_received - play.frames_dropped;
}

std::uint64_t Snapshot::frames_dropped() const {
  return play.frames_dropped + (decoding ? video.left_out : 0);
}

const std::map<std::string, std::uint64_t>& Snapshot::frames_per_rendition() const {
  return decoding ? video.per_rendition : released_per_rendition;
}

std::optional<Duration> Snapshot::time_to_first_frame() const {
  if (!play.time_to_first_frame || !connecting) return std::nullopt;
  return *connecting + *play.time_to_first_frame;
}

}  // namespace avocet::client
