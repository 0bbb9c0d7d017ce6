#pragma once

#include <string>

#include "analysis/account/account.hpp"

namespace avocet::analysis {

/// One page for a terminal: what happened, small graphs, what is wrong and what to do. Lines are at
/// most `width` columns wide, where words allow.
std::string to_text(const Account&, std::size_t width);

/// A row of bars for the values, scaled to the highest; a blank where there is none. At most `width` bars.
std::string small_graph(const std::vector<double>& values, std::size_t width);

}  // namespace avocet::analysis
