#pragma once

#include <string>
#include <vector>

#include "sim/campaign/figures.hpp"

namespace avocet::sim {

/// One figure of one flow in two campaigns, over the seeds that both have.
struct Difference {
  Point point;
  std::string flow;
  Shown shown;
  double before = 0, after = 0;       ///< medians
  std::size_t better = 0, worse = 0;  ///< seeds; the rest is equal
  double chance = 1;  ///< that so many of so many seeds go one way by chance (sign test, two-sided)

  /// More than chance, and more than the last decimal shown.
  bool clear() const;
};

/// Settings that are the same throughout a campaign may differ between the two.
std::vector<Difference> compare(const Results& before, const Results& after);

}  // namespace avocet::sim
