#pragma once

#include <string>

#include "analysis/account/account.hpp"

namespace avocet::analysis {

/// What happens now, for a terminal of so many rows and columns: the busiest connections with the last minute
/// of their graphs, plays, and what stands out. `dropped`: packets that could not be captured.
std::string dashboard(const Account&, std::uint64_t dropped, std::size_t rows, std::size_t columns);

}  // namespace avocet::analysis
