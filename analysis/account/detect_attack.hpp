#pragma once

#include "analysis/account/place.hpp"

namespace avocet::analysis {

/// Packets that somebody had recorded.
std::optional<Finding> replay(const Place&);
/// Packets that somebody made, or whose bytes changed on the way.
std::optional<Finding> foreign_packets(const Place&);
std::optional<Finding> no_answer(const ConnectionAccount&);
/// Handshakes that began and came to nothing, of all connections.
struct Unanswered {
  std::uint64_t count = 0;
  double first = 0, last = 0;  ///< when the first and the last of them began, s
};
std::optional<Finding> handshake_flood(const Unanswered&);

}  // namespace avocet::analysis
