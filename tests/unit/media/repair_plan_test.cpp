#include "protocol/media/repair_plan.hpp"

#include <gtest/gtest.h>

namespace avocet::media {
namespace {

TEST(RepairPlan, KnowsTheBinomial) {
  EXPECT_DOUBLE_EQ(chance_of_shortage(1, 1, 0.1), 0.1);
  EXPECT_NEAR(chance_of_shortage(1, 3, 0.1), 1e-3, 1e-12);
  EXPECT_NEAR(chance_of_shortage(2, 3, 0.1), 3 * 0.01 * 0.9 + 1e-3, 1e-12);
  EXPECT_DOUBLE_EQ(chance_of_shortage(3, 2, 0.1), 1);
}

TEST(RepairPlan, WithoutLossNothingIsAdded) {
  RepairPlan plan;
  plan.set_loss(0);
  EXPECT_EQ(plan.rows_alone(20), 0u);
  EXPECT_EQ(plan.rows_before_repeat(20), 0u);
  EXPECT_EQ(plan.copies(2), 2u);
}

TEST(RepairPlan, ReachesTheResidualAlone) {
  RepairPlan plan;
  plan.set_loss(0.02);
  for (unsigned count = 1; count <= 128; ++count) {
    const unsigned rows = plan.rows_alone(count);
    EXPECT_LE(chance_of_shortage(count, count + rows, 0.02), RepairPlan::residual);
    EXPECT_GT(chance_of_shortage(count, count + rows - 1, 0.02), RepairPlan::residual);
  }
}

TEST(RepairPlan, OneRowBeforeARepeatForFifteenFragmentsAtFivePercent) {
  RepairPlan plan;
  plan.set_loss(0.05);
  // No row: 13.3 % of repeats. One row: 6.7 % + 4.1 % of repeats. Two: 13.3 % and more.
  EXPECT_EQ(plan.rows_before_repeat(15), 1u);
  EXPECT_EQ(plan.copies(1), 3u);  // 0.05^3 = 1.25e-4
  EXPECT_EQ(plan.copies(2), 4u);
}

TEST(RepairPlan, FollowsTheLossRate) {
  RepairPlan plan;
  plan.set_loss(0.1);
  const unsigned many = plan.rows_alone(20);
  plan.set_loss(0.01);
  EXPECT_LT(plan.rows_alone(20), many);
  plan.set_loss(0.9);  // taken as a half: no plan survives more
  EXPECT_DOUBLE_EQ(plan.loss(), 0.5);
}

}  // namespace
}  // namespace avocet::media
