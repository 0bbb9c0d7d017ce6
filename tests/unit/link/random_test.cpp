#include "sim/link/random.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <set>

namespace avocet::link {
namespace {

TEST(Random, SeedAndStreamGiveTheNumbers) {
  Random a(7), b(7), other_seed(8), other_stream(7, 1);
  const std::uint64_t first = a.next();
  EXPECT_EQ(first, b.next());
  EXPECT_NE(first, other_seed.next());
  EXPECT_NE(first, other_stream.next());
}

TEST(Random, FollowsThePublishedAlgorithm) {
  // xoshiro256++ filled by SplitMix64 from 0, as the reference code gives it. Stream 0 mixes SplitMix64's
  // first output for 0 into the seed; giving that as the seed undoes it.
  Random reference(0xe220a8397b1dcdaf);
  EXPECT_EQ(reference.next(), 0x53175d61490b23dfu);
  EXPECT_EQ(reference.next(), 0x61da6f3dc380d507u);
  EXPECT_EQ(reference.next(), 0x5c0fdf91ec9a7bfcu);
}

TEST(Random, UniformFillsItsRangeEvenly) {
  Random random(1);
  constexpr int draws = 100'000;
  double sum = 0;
  for (int i = 0; i < draws; ++i) {
    const double u = random.uniform();
    ASSERT_GE(u, 0);
    ASSERT_LT(u, 1);
    sum += u;
  }
  EXPECT_NEAR(sum / draws, 0.5, 5 * std::sqrt(1 / 12.0 / draws));
}

TEST(Random, BelowReachesEveryValueAndNoOther) {
  Random random(3);
  std::set<std::uint64_t> seen;
  for (int i = 0; i < 1000; ++i) seen.insert(random.below(7));
  EXPECT_EQ(seen, (std::set<std::uint64_t>{0, 1, 2, 3, 4, 5, 6}));
  EXPECT_EQ(random.below(1), 0u);
}

TEST(Random, ChanceIsCertainAtTheEnds) {
  Random random(5), untouched(5);
  for (int i = 0; i < 100; ++i) {
    EXPECT_FALSE(random.chance(0));
    EXPECT_TRUE(random.chance(1));
  }
  EXPECT_EQ(random.next(), untouched.next()) << "a certain outcome takes no draw";
}

TEST(Random, GaussianHasMeanZeroUnitVarianceAndEndsAtThree) {
  Random random(9);
  constexpr int draws = 100'000;
  double sum = 0, squares = 0;
  for (int i = 0; i < draws; ++i) {
    const double g = random.gaussian();
    ASSERT_LE(std::abs(g), 3);
    sum += g;
    squares += g * g;
  }
  EXPECT_NEAR(sum / draws, 0, 0.02);
  EXPECT_NEAR(squares / draws, 0.97, 0.03) << "cutting the tails takes a little of the variance";
}

}  // namespace
}  // namespace avocet::link
