#pragma once

#include <string>

#include "sim/observe/run_summary.hpp"

namespace avocet::sim {

/// A run for a person: one line for each flow.
std::string end_table(const RunSummary&);

}  // namespace avocet::sim
