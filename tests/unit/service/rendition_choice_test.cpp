#include "protocol/service/rendition_choice.hpp"

#include <gtest/gtest.h>

namespace avocet::service {
namespace {

/// 240p, 720p and 1440p with audio; steps on a clock of tenths of a second.
struct Ladder {
  RenditionChoice choice{{DataRate::mbps(0.4), DataRate::mbps(2.5), DataRate::mbps(6)}, DataRate::mbps(0.1)};
  std::size_t current = 0;
  std::size_t highest = 2;
  Time now{1s};
  std::string reason;

  /// The rate is `mbps` for `span`; says when a step was made, counted from the begin of it.
  std::optional<Duration> at_rate(double mbps, Duration span, Duration late = {}) {
    std::optional<Duration> stepped;
    for (Duration passed{}; passed < span; passed += 100ms, now += 100ms) {
      if (auto step = choice.decide(now, current, highest, {DataRate::mbps(mbps), late})) {
        current = step->to;
        reason = step->reason;
        if (!stepped) stepped = passed;
      }
    }
    return stepped;
  }
};

TEST(RenditionChoice, StartsAtWhatTheRateSuggests) {
  const Ladder l;
  EXPECT_EQ(l.choice.start(DataRate::mbps(0.2)), 0u);
  EXPECT_EQ(l.choice.start(DataRate::mbps(1)), 0u);
  EXPECT_EQ(l.choice.start(DataRate::mbps(4)), 1u);
  EXPECT_EQ(l.choice.start(DataRate::mbps(40)), 2u);
}

TEST(RenditionChoice, FirstStepUpIsQuick) {
  Ladder l;
  EXPECT_LE(l.at_rate(8, 2s), 400ms);
  EXPECT_EQ(l.current, 2u);
  EXPECT_EQ(l.reason, "rate rose to 8.0 Mbit/s");
}

TEST(RenditionChoice, DropStepsDownAtOnceAsFarAsNeeded) {
  Ladder l;
  l.at_rate(8, 2s);
  EXPECT_EQ(l.at_rate(0.94, 1s), Duration(0));
  EXPECT_EQ(l.current, 0u);
  EXPECT_EQ(l.reason, "rate fell to 0.9 Mbit/s");
}

TEST(RenditionChoice, NothingFitsTakesTheLowest) {
  Ladder l;
  l.at_rate(8, 2s);
  l.at_rate(0.1, 1s);
  EXPECT_EQ(l.current, 0u);
  EXPECT_EQ(l.at_rate(0.1, 1s), std::nullopt);
}

TEST(RenditionChoice, UpAgainOnlyAfterAWhile) {
  Ladder l;
  l.at_rate(8, 5s);
  l.at_rate(1, 100ms);
  const auto up = l.at_rate(8, 10s);
  ASSERT_TRUE(up);
  EXPECT_GE(*up, 2500ms);
  EXPECT_LE(*up, 8s);
  EXPECT_EQ(l.current, 2u);
}

TEST(RenditionChoice, StaysBetweenNeedAndSpareRoom) {
  Ladder l;
  l.at_rate(4, 2s);
  ASSERT_EQ(l.current, 1u);
  // 1440p needs (6 + 0.1) * 1.06 = 6.5: at 6.6 it would fit, but barely; and once there it stays.
  EXPECT_EQ(l.at_rate(6.6, 10s), std::nullopt);
  l.at_rate(7.5, 3s);
  ASSERT_EQ(l.current, 2u);
  EXPECT_EQ(l.at_rate(6.6, 10s), std::nullopt);
}

TEST(RenditionChoice, ShortDipDoesNotStartTheWaitAnew) {
  Ladder l;
  l.at_rate(4, 2s);
  l.at_rate(7.5, 500ms);
  l.at_rate(7.0, 100ms);
  EXPECT_LE(l.at_rate(7.5, 2s), 500ms);
}

TEST(RenditionChoice, MistakenStepUpIsPunished) {
  Ladder l;
  l.at_rate(4, 2s);
  std::optional<Duration> waits[3];
  for (auto& wait : waits) {
    wait = l.at_rate(8, 40s);
    // The step up fills the path, and shows that the estimate was wrong.
    l.now -= 40s - *wait - 1s;
    l.at_rate(5, 100ms);
  }
  EXPECT_LT(waits[0], waits[1]);
  EXPECT_LT(waits[1], waits[2]);
}

TEST(RenditionChoice, WhatComesTooLateStepsDown) {
  Ladder l;
  l.at_rate(8, 2s);
  EXPECT_EQ(l.at_rate(8, 100ms, 200ms), std::nullopt);
  EXPECT_EQ(l.at_rate(8, 100ms, 400ms), Duration(0));
  EXPECT_EQ(l.current, 1u);
}

TEST(RenditionChoice, KeepsTheCap) {
  Ladder l;
  l.highest = 1;
  l.at_rate(20, 10s);
  EXPECT_EQ(l.current, 1u);
  l.highest = 0;
  EXPECT_EQ(l.at_rate(20, 1s), Duration(0));
  EXPECT_EQ(l.current, 0u);
}

}  // namespace
}  // namespace avocet::service
