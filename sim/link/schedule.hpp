#pragma once

#include <vector>

#include "sim/link/config.hpp"

namespace avocet::link {

/// The rate of a link over time. Times count from the first datagram.
class Schedule {
 public:
  /// `steps` ascend in `at`. Before the first, and without any, the rate is infinite.
  explicit Schedule(std::vector<RateStep> steps);

  DataRate at(Duration time) const;
  /// When `size` is through if it starts at `from`. Duration::max() when the rate stays zero.
  Duration finish(Duration from, DataSize size) const;
  /// The first step later than `time`, or Duration::max().
  Duration next_step(Duration time) const;

 private:
  std::vector<RateStep> steps_;
};

}  // namespace avocet::link
