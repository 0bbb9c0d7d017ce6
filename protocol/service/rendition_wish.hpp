#pragma once

#include <cstddef>
#include <optional>
#include <string_view>
#include <vector>

#include "protocol/service/tracks.hpp"

namespace avocet::service {

/// What a client wants to see, as indices into the video tracks: a fixed rendition, or the server's choice up
/// to a cap.
struct RenditionWish {
  std::optional<std::size_t> fixed;
  std::size_t highest = 0;
};

/// The names must be empty or exist.
inline RenditionWish wish_for(const std::vector<media::TrackConfig>& tracks, std::string_view rendition,
                              std::string_view cap) {
  RenditionWish wish;
  const std::size_t video = video_tracks(tracks);
  wish.fixed = find_rendition(tracks, rendition);
  wish.highest = find_rendition(tracks, cap).value_or(video == 0 ? 0 : video - 1);
  return wish;
}

}  // namespace avocet::service
