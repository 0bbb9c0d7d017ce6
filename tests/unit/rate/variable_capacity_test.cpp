#include "tests/unit/rate/scenarios.hpp"

namespace avocet::rate {
namespace {

struct Figures {
  double utilisation = 0, p95 = 0, peak = 0, up_first = 0, up_second = 0;
};

Figures run(const VariableCapacity& scenario, std::uint64_t seed) {
  Path path = scenario.path(seed);
  const std::size_t flow = path.add(scenario.flow());
  path.run(100s);
  const DataRate most = scenario.rate(1.5);
  Figures f{path.utilisation(flow, 0s, 99s, most), milliseconds(path.wait_percentile(flow, 0.95, 0s, 99s)),
            milliseconds(path.wait_percentile(flow, 1, 0s, 99s)),
            milliseconds(path.time_to(flow, most * 0.9, 40s)),
            milliseconds(path.time_to(flow, scenario.rate(0.9), 80s))};
  measured(
      "5.1 x%.0f loss %.0f %%, seed %d: utilisation %.3f, queue p95 %.1f peak %.0f ms, steps up %.0f %.0f ms",
      scenario.scale, scenario.loss * 100, static_cast<int>(seed), f.utilisation, f.p95, f.peak, f.up_first,
      f.up_second);
  return f;
}

TEST(VariableCapacity, FillsAndFollowsThePathAtOneMegabit) {
  for (std::uint64_t seed = 1; seed <= 3; ++seed) {
    const Figures f = run({1, 0}, seed);
    EXPECT_GE(f.utilisation, 0.93);
    EXPECT_LE(f.p95, 22);
    EXPECT_LE(f.peak, 300);
    EXPECT_LE(f.up_first, 3500);
    EXPECT_LE(f.up_second, 3500);
  }
}

TEST(VariableCapacity, FillsAndFollowsThePathAtTenMegabit) {
  for (std::uint64_t seed = 1; seed <= 3; ++seed) {
    const Figures f = run({10, 0}, seed);
    EXPECT_GE(f.utilisation, 0.95);
    EXPECT_LE(f.p95, 14);
    EXPECT_LE(f.peak, 300);
    EXPECT_LE(f.up_first, 3000);
    EXPECT_LE(f.up_second, 3000);
  }
}

TEST(VariableCapacity, RandomLossIsNoCongestion) {
  for (const double scale : {1.0, 10.0}) {
    EXPECT_GE(run({scale, 0.01}, 1).utilisation, 0.92);
    EXPECT_GE(run({scale, 0.05}, 1).utilisation, 0.87);
    EXPECT_GE(run({scale, 0.10}, 1).utilisation, 0.80);
  }
}

}  // namespace
}  // namespace avocet::rate
