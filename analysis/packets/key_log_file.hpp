#pragma once

#include <string>

#include "analysis/packets/key_ring.hpp"

namespace avocet::analysis {

/// Takes the lines of a key log; none when the name is empty. What failed, for a person; empty when nothing
/// did.
std::string read_key_log(const std::string& name, KeyRing&);

}  // namespace avocet::analysis
