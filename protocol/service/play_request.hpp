#pragma once

#include <cstdint>
#include <string>

#include "protocol/base/time.hpp"
#include "protocol/wire/service.hpp"

namespace avocet::service {

/// What to play, and how.
struct PlayRequest {
  std::string title;
  Duration start{};
  std::string rendition;     ///< "720p", or empty for the server's choice
  std::string cap;           ///< highest that the server may choose; empty for any
  Duration latency = 150ms;  ///< stored: buffered before the first picture; live: from capture to show
  Duration buffer = 1500ms;  ///< stored: received ahead of what is shown
  std::uint8_t weight = wire::normal_weight;  ///< share of the path among the plays of this client
};

/// What a ticket seals besides: where a play can go on.
struct SealedPlay {
  std::string title;
  Duration position{};  ///< about where
};

/// Whether a request goes on, or begins, where the ticket does: then its first media comes with the
/// handshake. What it sealed is a little before its `position`, never after it.
inline bool continues(const PlayRequest& request, const SealedPlay& sealed) {
  constexpr Duration most_repeated = 3s, most_skipped = 500ms;
  return request.title == sealed.title && sealed.position >= request.start - most_repeated &&
         sealed.position <= request.start + most_skipped;
}

}  // namespace avocet::service
