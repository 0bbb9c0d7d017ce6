#pragma once

#include "analysis/account/place.hpp"

namespace avocet::analysis {

/// The clock of the capture, or of an end, was set while it ran.
std::optional<Finding> clock_set(const ConnectionAccount&);
std::optional<Finding> clock_set_back(const capture::SteadyClock&);
/// `cut`: of our datagrams, the first at `first`, s.
std::optional<Finding> cut_packets(std::uint64_t cut, double first);
/// Other traffic in the capture takes more than its share, and media suffer.
std::optional<Finding> unfair_cross_traffic(const Account&);

}  // namespace avocet::analysis
