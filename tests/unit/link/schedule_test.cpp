#include "sim/link/schedule.hpp"

#include <gtest/gtest.h>

namespace avocet::link {
namespace {

constexpr DataSize kilobyte = DataSize::bytes(1000);  // 8 ms at 1 Mbit/s

TEST(Schedule, WithoutStepsNothingTakesTime) {
  const Schedule schedule({});
  EXPECT_EQ(schedule.finish(3s, kilobyte), 3s);
  EXPECT_TRUE(schedule.at(3s).is_infinite());
  EXPECT_EQ(schedule.next_step(0s), Duration::max());
}

TEST(Schedule, TakesSizeOverRate) {
  const Schedule schedule({{0s, DataRate::mbps(1)}});
  EXPECT_EQ(schedule.finish(0s, kilobyte), 8ms);
  EXPECT_EQ(schedule.finish(5s, kilobyte), 5s + 8ms);
}

TEST(Schedule, AStepInTheMiddleOfADatagramChangesTheRest) {
  const Schedule schedule({{0s, DataRate::mbps(1)}, {100ms, DataRate::mbps(2)}});
  EXPECT_EQ(schedule.next_step(0s), 100ms);
  EXPECT_EQ(schedule.at(99ms), DataRate::mbps(1));
  EXPECT_EQ(schedule.at(100ms), DataRate::mbps(2));
  EXPECT_EQ(schedule.finish(96ms, kilobyte), 102ms) << "half at 1 Mbit/s in 4 ms, half at 2 in 2 ms";
}

TEST(Schedule, WaitsOutAnOutage) {
  const Schedule schedule({{0s, DataRate::mbps(1)}, {1s, DataRate::zero()}, {3s, DataRate::mbps(1)}});
  EXPECT_EQ(schedule.finish(996ms, kilobyte), 3s + 4ms);
  EXPECT_EQ(schedule.finish(2s, kilobyte), 3s + 8ms);
}

TEST(Schedule, AnOutageWithoutEndNeverFinishes) {
  const Schedule schedule({{0s, DataRate::zero()}});
  EXPECT_EQ(schedule.finish(0s, kilobyte), Duration::max());
}

TEST(Schedule, RoundsUpSoThatTheRateIsNeverExceeded) {
  const Schedule schedule({{0s, DataRate::bps(3)}});
  EXPECT_EQ(schedule.finish(0s, DataSize::bytes(1)), Duration(2'666'666'667));
}

}  // namespace
}  // namespace avocet::link
