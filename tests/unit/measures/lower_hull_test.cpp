#include "analysis/measures/lower_hull.hpp"

#include <gtest/gtest.h>

#include <cmath>

#include "analysis/measures/thinned_sample.hpp"

namespace avocet::analysis {
namespace {

/// Noise that is never negative and often nearly zero, as waiting in queues is.
double waiting(int i) { return std::abs(std::sin(i * 0.7)) * 0.03; }

TEST(LowerHull, FindsTheSkewBelowDelays) {
  LowerHull hull;
  for (int i = 0; i < 10'000; ++i) hull.add(i * 0.01, 5.0 + i * 0.01 * 80e-6 + waiting(i));
  EXPECT_NEAR(hull.slope(), 80e-6, 1e-6);
  EXPECT_NEAR(hull.lowest(hull.slope()), 5.0, 1e-4);
  EXPECT_EQ(hull.count(), 10'000u);
}

TEST(LowerHull, IsNotMovedByDelaysThatStandOut) {
  LowerHull hull;
  for (int i = 0; i < 10'000; ++i) hull.add(i * 0.01, i % 100 == 0 ? 3.0 : 1.0 - i * 0.01 * 20e-6);
  EXPECT_NEAR(hull.slope(), -20e-6, 1e-7);
}

TEST(LowerHull, IsFlatWithoutPoints) {
  LowerHull hull;
  EXPECT_EQ(hull.slope(), 0);
  hull.add(1, 7);
  EXPECT_EQ(hull.slope(), 0);
  EXPECT_EQ(hull.lowest(0), 7);
  hull.add(1, 6);
  EXPECT_EQ(hull.lowest(0), 6);
}

TEST(LowerHull, HoldsFewCornersOfACurveThatIsAllCorners) {
  LowerHull hull;
  for (int i = -50'000; i < 50'000; ++i) hull.add(i, static_cast<double>(i) * i * 1e-6);
  EXPECT_NEAR(hull.slope(), 0, 1e-3);
  EXPECT_NEAR(hull.lowest(0), 0, 0.1);
}

TEST(ThinnedSample, KeepsValuesFromAllAlongEvenly) {
  ThinnedSample<int, 64> sample;
  for (int i = 0; i < 10'000; ++i) sample.add(i);
  ASSERT_LE(sample.values().size(), 64u);
  ASSERT_GT(sample.values().size(), 32u);
  const int stride = sample.values()[1];
  for (std::size_t i = 0; i < sample.values().size(); ++i)
    EXPECT_EQ(sample.values()[i], static_cast<int>(i) * stride);
}

}  // namespace
}  // namespace avocet::analysis
