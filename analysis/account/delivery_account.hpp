#pragma once

#include "analysis/account/account.hpp"

namespace avocet::analysis {

/// Adds what acknowledgements tell of a direction: `own` are those of its packets, `opposite` those that its
/// sender made.
void add_delivery(DirectionAccount&, const AckMeter& own, const AckMeter& opposite);

/// Adds what was lost on the whole way, as far as it is known.
void add_whole_way(DirectionAccount&);

}  // namespace avocet::analysis
