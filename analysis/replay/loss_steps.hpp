#pragma once

#include <vector>

namespace avocet::analysis {

/// What became of the packets of a span of time.
struct LossSlot {
  double at = 0;  ///< s, when it begins
  double sent = 0, lost = 0;
};

/// From `at` on, that share of the packets was lost.
struct LossStep {
  double at = 0, share = 0;
};

/// When the share of lost packets changed, where it clearly did: by half a point, to twice as much or to
/// half, for two seconds or longer, and by more than chance makes it. `run`: packets lost in a row, on
/// average. The first step is at the first slot; none without slots.
std::vector<LossStep> loss_steps(const std::vector<LossSlot>&, double run);

}  // namespace avocet::analysis
