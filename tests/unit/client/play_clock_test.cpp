#include "endpoints/client/play_clock.hpp"

#include <gtest/gtest.h>

namespace avocet::client {
namespace {

Time at(Duration d) { return Time(d); }

TEST(PlayClock, FollowsTheFrames) {
  PlayClock clock;
  EXPECT_EQ(clock.position(at(1s)), std::nullopt);
  EXPECT_TRUE(clock.held());
  clock.anchor(2s, at(10s));
  EXPECT_EQ(clock.position(at(10s)), 2s);
  EXPECT_EQ(clock.position(at(9900ms)), 1900ms);
  EXPECT_EQ(clock.position(at(12s)), 4s);
  EXPECT_FALSE(clock.held());
}

TEST(PlayClock, StandsStillWhilePaused) {
  PlayClock clock;
  clock.anchor(0s, at(10s));
  clock.pause(at(11s));
  clock.pause(at(12s));
  EXPECT_EQ(clock.position(at(15s)), 1s);
  EXPECT_TRUE(clock.held());
  clock.resume(at(16s));
  EXPECT_EQ(clock.position(at(16s)), 1s);
  EXPECT_EQ(clock.position(at(17s)), 2s);
}

TEST(PlayClock, StandsStillInAStallAndGoesOnWhereTheNextFrameSays) {
  PlayClock clock;
  clock.anchor(0s, at(10s));
  clock.stall(at(11s));
  EXPECT_EQ(clock.position(at(12s)), 1s);
  clock.anchor(1100ms, at(12200ms));  // comes out before the end of the stall is told
  EXPECT_EQ(clock.position(at(12100ms)), 1s);
  clock.stall_over(at(12150ms));
  EXPECT_EQ(clock.position(at(12200ms)), 1100ms);
}

TEST(PlayClock, AStallThatEndsWithoutAFrameShiftsByItsLength) {
  PlayClock clock;
  clock.anchor(0s, at(10s));
  clock.stall(at(11s));
  clock.stall_over(at(13s));
  EXPECT_EQ(clock.position(at(14s)), 2s);
}

TEST(PlayClock, APauseInAStallLastsUntilItsEnd) {
  PlayClock clock;
  clock.anchor(0s, at(10s));
  clock.stall(at(11s));
  clock.pause(at(12s));
  clock.stall_over(at(13s));
  EXPECT_TRUE(clock.held());
  clock.resume(at(14s));
  EXPECT_EQ(clock.position(at(15s)), 2s);
}

TEST(PlayClock, BeginsAnewAfterASeekAndStaysPaused) {
  PlayClock clock;
  clock.anchor(0s, at(10s));
  clock.pause(at(11s));
  clock.reset();
  EXPECT_EQ(clock.position(at(12s)), std::nullopt);
  clock.anchor(30s, at(12s));
  EXPECT_TRUE(clock.held());
  clock.resume(at(13s));
  EXPECT_FALSE(clock.held());
}

}  // namespace
}  // namespace avocet::client
