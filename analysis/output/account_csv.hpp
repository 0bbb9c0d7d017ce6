#pragma once

#include <string>

#include "analysis/account/account.hpp"

namespace avocet::analysis {

/// The time series of all connections: one line for each slot of each direction. What was not measured is
/// empty.
std::string to_csv(const Account&);

}  // namespace avocet::analysis
