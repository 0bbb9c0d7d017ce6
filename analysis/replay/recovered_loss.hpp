#pragma once

#include "analysis/replay/recovered_path.hpp"

namespace avocet::analysis {

/// Tells what lost the packets apart: outages, in which all were lost; a queue that was full, when they
/// waited longest; the medium. `waits` are seconds in the queue, one to each packet.
void recover_loss(const std::vector<Passage>&, const std::vector<double>& waits, RecoveredPath&);

}  // namespace avocet::analysis
