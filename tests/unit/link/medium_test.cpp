#include "sim/link/medium.hpp"

#include <gtest/gtest.h>

namespace avocet::link {
namespace {

TEST(Medium, TakesNoMoreInARowThanItMay) {
  LinkConfig config{.loss = Loss::bernoulli(0.6), .corrupt = 0.6};
  config.longest_burst = 3;
  Medium medium(config, 1);
  int lost = 0, damaged = 0, losses = 0;
  int longest_loss = 0, longest_damage = 0;
  for (int i = 0; i < 10'000; ++i) {
    lost = medium.loses(0s) ? lost + 1 : 0;
    damaged = medium.corrupts() ? damaged + 1 : 0;
    losses += lost > 0;
    longest_loss = std::max(longest_loss, lost), longest_damage = std::max(longest_damage, damaged);
  }
  EXPECT_EQ(longest_loss, 3);
  EXPECT_EQ(longest_damage, 3);
  EXPECT_GT(losses, 4000);
}

TEST(Medium, LosesAnyNumberInARowUnlessSaid) {
  Medium medium({.loss = Loss::bernoulli(1)}, 1);
  for (int i = 0; i < 100; ++i) EXPECT_TRUE(medium.loses(0s));
}

TEST(Medium, LosesOtherwiseFromAStepOn) {
  Medium medium({.loss = Loss::bernoulli(0), .later_loss = {{10s, Loss::bernoulli(1)}, {20s, Loss::none()}}},
                1);
  EXPECT_FALSE(medium.loses(0s));
  EXPECT_TRUE(medium.loses(10s));
  EXPECT_TRUE(medium.loses(19s));
  EXPECT_FALSE(medium.loses(20s));
}

}  // namespace
}  // namespace avocet::link
