#include "endpoints/drive/clock.hpp"

#include <gtest/gtest.h>
#include <time.h>

#include "endpoints/drive/entropy.hpp"

namespace avocet::drive {
namespace {

timespec calendar_now() {
  timespec t{};
  clock_gettime(CLOCK_REALTIME, &t);
  return t;
}

TEST(Clock, RunsForwards) {
  const Time first = now();
  EXPECT_LE(first, now());
}

TEST(Clock, KernelTimestampsLandBetweenTheirNeighbours) {
  const Time before = now();
  const timespec stamp = calendar_now();
  const TimestampMapping mapping;
  const Time mapped = mapping.map(stamp);
  EXPECT_GE(mapped, before - 50us) << "the two clocks are not read at one instant";
  EXPECT_LE(mapped, mapping.now());
}

TEST(Clock, AStepOfTheCalendarClockDoesNoHarm) {
  const TimestampMapping mapping;
  timespec future = calendar_now(), past = calendar_now();
  future.tv_sec += 3600;
  past.tv_sec -= 3600;
  EXPECT_EQ(mapping.map(future), mapping.now());
  EXPECT_EQ(mapping.map(past), mapping.now());
  EXPECT_EQ(mapping.map({}), mapping.now());
}

TEST(Entropy, IsFreshEachTime) { EXPECT_NE(draw_entropy().seed, draw_entropy().seed); }

}  // namespace
}  // namespace avocet::drive
