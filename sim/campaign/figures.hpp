#pragma once

#include <array>
#include <string>
#include <string_view>

#include "sim/campaign/results.hpp"

namespace avocet::sim {

/// A figure that tables show, and how: value * `factor` with `decimals`, in `unit`.
struct Shown {
  std::string_view figure, head, unit;
  double factor = 1;
  int decimals = 0;
  bool more_is_better = false;
};
inline constexpr std::array<Shown, 15> shown_figures{{
    {"utilization", "utilisation", "%", 100, 1, true},
    {"goodput", "goodput", "Mbit/s", 1e-6, 2, true},
    {"queueDelay.p50", "queue p50", "ms", 1e3, 0, false},
    {"queueDelay.p95", "queue p95", "ms", 1e3, 0, false},
    {"queueDelay.max", "queue max", "ms", 1e3, 0, false},
    {"frameDelay.p50", "frame p50", "ms", 1e3, 0, false},
    {"frameDelay.p95", "frame p95", "ms", 1e3, 0, false},
    {"lossBeforeRepair", "loss before", "%", 100, 2, false},
    {"lossAfterRepair", "loss after", "%", 100, 2, false},
    {"repairOverhead", "repair", "%", 100, 1, false},
    {"freezeCount", "freezes", "", 1, 0, false},
    {"stepTimes.0", "first step", "s", 1, 1, false},
    {"stepTimes.1", "second step", "s", 1, 1, false},
    {"timeToFirstFrame", "first picture", "s", 1, 2, false},
    {"fairness.20s", "fairness (Jain), 20 s", "", 1, 3, true},
}};

/// "12 (10–15)": the median, and where nine of ten seeds are; empty when there are no values.
std::string spread_text(const Shown&, const Spread&);
std::string value_text(const Shown&, double);

/// The figures that any of the flows has.
std::vector<Shown> present(const Results&);

}  // namespace avocet::sim
