#pragma once

#include "analysis/account/account.hpp"
#include "analysis/journeys/pair_reading.hpp"

namespace avocet::analysis {

/// Adds to the account of the viewer's capture what the two captures tell together.
void add_journeys(Account&, const PairReading&);

}  // namespace avocet::analysis
