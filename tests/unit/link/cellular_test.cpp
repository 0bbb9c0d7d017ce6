#include "sim/link/cellular.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>

namespace avocet::link {
namespace {

/// Standard deviation over mean of the rate in bins of `width`, and the longest time without an opportunity.
struct Shape {
  double mean_mbps = 0, deviation = 0;
  std::uint32_t longest_gap = 0;
};

Shape shape_of(const Trace& trace, Duration length, Duration width) {
  Shape shape{.mean_mbps = trace.mean().mbps()};
  double sum = 0, squares = 0;
  const auto bins = length / width;
  for (std::int64_t i = 0; i < bins; ++i) {
    const auto bytes = static_cast<double>(trace.capacity(i * width, (i + 1) * width).bytes());
    sum += bytes, squares += bytes * bytes;
  }
  const double mean = sum / static_cast<double>(bins);
  shape.deviation = std::sqrt(squares / static_cast<double>(bins) - mean * mean) / mean;
  const auto& lines = trace.lines();
  for (std::size_t i = 1; i < lines.size(); ++i) {
    shape.longest_gap = std::max(shape.longest_gap, lines[i] - lines[i - 1]);
  }
  return shape;
}

TEST(Cellular, DrawsTheSameTraceForTheSameSeed) {
  EXPECT_EQ(make_trace(Cellular::lte(), 5s, 1).lines(), make_trace(Cellular::lte(), 5s, 1).lines());
  EXPECT_NE(make_trace(Cellular::lte(), 5s, 1).lines(), make_trace(Cellular::lte(), 5s, 2).lines());
}

// Recordings of driving phones over two minutes and more have a deviation of 0.7 to 1.0 of their mean in bins
// of 100 ms, and gaps of one second (LTE) to several (UMTS).
TEST(Cellular, LooksLikeRecordingsOfPhones) {
  for (std::uint64_t seed = 1; seed <= 3; ++seed) {
    const Shape lte = shape_of(make_trace(Cellular::lte(), 300s, seed), 300s, 100ms);
    EXPECT_NEAR(lte.mean_mbps, 4, 0.8) << "seed " << seed;
    EXPECT_NEAR(lte.deviation, 1.0, 0.3) << "seed " << seed;
    EXPECT_GT(lte.longest_gap, 600u) << "seed " << seed;
    const Shape umts = shape_of(make_trace(Cellular::umts(), 300s, seed), 300s, 100ms);
    EXPECT_NEAR(umts.mean_mbps, 2, 0.6) << "seed " << seed;
    EXPECT_NEAR(umts.deviation, 0.95, 0.3) << "seed " << seed;
    EXPECT_GT(umts.longest_gap, 1500u) << "seed " << seed;
  }
}

}  // namespace
}  // namespace avocet::link
