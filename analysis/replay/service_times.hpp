#pragma once

#include "analysis/replay/recovered_path.hpp"

namespace avocet::analysis {

/// The capacity of a path without jitter, from how long the bottleneck took for each packet: from when it was
/// sent, or the one before it had left, until it left. So fades of a radio link show as long as they last.
/// Packets are taken together until they were served for 20 ms; what was served faster than clocks tell is
/// not known. `waits` gets the time of each packet in the queue, s.
std::vector<RecoveredPath::Step> capacity_by_service(Passages, double delay, std::vector<double>& waits);

}  // namespace avocet::analysis
