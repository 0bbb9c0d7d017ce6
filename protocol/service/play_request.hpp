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

}  // namespace avocet::service
