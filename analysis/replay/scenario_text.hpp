#pragma once

#include <string>

#include "analysis/replay/recovered_session.hpp"

namespace avocet::analysis {

/// A scenario for avocet-sim, with comments that say how much of it is known. `command` is what makes it
/// again.
std::string scenario_text(const RecoveredSession&, const std::string& name, const std::string& command);

}  // namespace avocet::analysis
