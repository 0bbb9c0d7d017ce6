#pragma once

#include "analysis/account/place.hpp"

namespace avocet::analysis {

/// Packets that somebody had recorded, or made.
std::optional<Finding> replay(const Place&);
std::optional<Finding> injection(const Place&);
/// Packets whose bytes changed on the way.
std::optional<Finding> damage(const Place&);
std::optional<Finding> no_answer(const ConnectionAccount&);
/// `unanswered`: handshakes that began and came to nothing, of all connections.
std::optional<Finding> handshake_flood(std::uint64_t unanswered);

}  // namespace avocet::analysis
