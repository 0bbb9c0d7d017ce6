#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <random>
#include <vector>

#include "analysis/measures/above_quickest.hpp"
#include "analysis/measures/jitter_meter.hpp"
#include "analysis/measures/offset_steps.hpp"
#include "analysis/measures/quantiles.hpp"
#include "analysis/measures/spin_meter.hpp"
#include "analysis/measures/sync_meter.hpp"
#include "analysis/measures/target_meter.hpp"
#include "analysis/measures/timeline.hpp"

namespace avocet::analysis {
namespace {

TEST(Quantiles, AreRightToHalfAPercent) {
  std::mt19937 random(1);
  std::lognormal_distribution<double> distribution(std::log(0.05), 1);
  Quantiles quantiles;
  std::vector<Duration> all;
  for (int i = 0; i < 20000; ++i) {
    all.push_back(seconds_of(distribution(random)));
    quantiles.add(all.back());
  }
  std::ranges::sort(all);
  for (const double q : {0.0, 0.5, 0.95, 0.99, 1.0}) {
    const Duration exact = all[static_cast<std::size_t>(q * static_cast<double>(all.size() - 1))];
    EXPECT_NEAR(to_seconds(quantiles.at(q)) / to_seconds(exact), 1, 0.006) << q;
  }
  EXPECT_EQ(quantiles.min(), all.front());
  EXPECT_EQ(quantiles.max(), all.back());
}

struct Count {
  int n = 0;
  void merge(const Count& o) { n += o.n; }
};

TEST(Timeline, WidensItsSlotsAndLosesNothing) {
  Timeline<Count> timeline;
  for (int i = 0; i < 10'000; ++i) ++timeline.at(Time(i * 100ms)).n;
  int sum = 0;
  for (const Count& slot : timeline.slots()) sum += slot.n;
  EXPECT_EQ(sum, 10'000);
  EXPECT_LE(timeline.slots().size(), 512u);
  EXPECT_EQ(timeline.width(), 3200ms);
}

TEST(SpinMeter, MeasuresFromEdgeToEdge) {
  SpinMeter spin;
  EXPECT_FALSE(spin.see(Time(0ms), false));
  EXPECT_FALSE(spin.see(Time(5ms), true));
  EXPECT_FALSE(spin.see(Time(20ms), true));
  EXPECT_EQ(spin.see(Time(45ms), false), 40ms);
  EXPECT_EQ(spin.see(Time(95ms), true), 50ms);
}

/// Arrivals in turn 0 and 16 ms late: each difference is 16 ms, towards which the jitter goes by a sixteenth.
TEST(JitterMeter, FollowsRfc3550) {
  JitterMeter meter;
  meter.add(Time(100ms), 0ms);
  meter.add(Time(136ms), 20ms);
  EXPECT_EQ(meter.jitter(), 1ms);
  meter.add(Time(140ms), 40ms);
  EXPECT_EQ(meter.jitter(), 1ms + 937500ns);
}

TEST(OffsetSteps, FindAClockThatWasSetButNoQueue) {
  OffsetSteps steps;
  const auto second = [&](int at, Duration way) {
    for (int i = 0; i < 10; ++i) steps.add(Time(at * 1s + i * 100ms), way);
  };
  for (int at = 0; at < 10; ++at) second(at, 40ms);
  for (int at = 10; at < 20; ++at) second(at, 900ms);  // a long queue
  EXPECT_EQ(steps.count(), 0u);
  for (int at = 20; at < 30; ++at) second(at, 40ms - 5s);
  EXPECT_EQ(steps.count(), 1u);
  EXPECT_EQ(steps.latest().by, -5860ms);
}

TEST(TargetMeter, SeesAnEncoderThatMakesTooMuch) {
  TargetMeter meter;
  const auto span = [&](int from, int until, std::size_t bytes_in_100_ms) {
    for (int i = from * 10; i < until * 10; ++i) meter.made(Time(i * 100ms), bytes_in_100_ms);
  };
  meter.told(Time(0s), 800'000);
  span(0, 20, 10'000);
  EXPECT_EQ(meter.above(), Duration::zero());
  span(20, 40, 13'000);
  EXPECT_GE(meter.above(), 12s);
  EXPECT_NEAR(meter.worst(), 1.3, 0.02);
}

TEST(SyncMeter, SaysHowFarThePictureIsBehindTheSound) {
  SyncMeter meter;
  meter.picture(Time(1s), 0s);  // nothing to compare it with
  meter.sound(Time(10s), 8s);
  meter.picture(Time(10'080ms), 8s);
  meter.picture(Time(10'040ms), 8'020ms);
  EXPECT_EQ(meter.count(), 2u);
  EXPECT_NEAR(meter.mean(), 0.05, 1e-9);
  meter.picture(Time(9s), 8s);  // ahead by a second
  EXPECT_NEAR(to_seconds(meter.distance().at(1)), 1, 0.01);
}

TEST(AboveQuickest, ForgetsWhatWasQuickLongAgo) {
  AboveQuickest above;
  EXPECT_EQ(above.see(Time(0s), 100ms), 0ms);
  EXPECT_EQ(above.see(Time(1s), 130ms), 30ms);
  for (int i = 2; i < 70; ++i) above.see(Time(i * 1s), 130ms);
  EXPECT_EQ(above.see(Time(70s), 130ms), 0ms);
}

}  // namespace
}  // namespace avocet::analysis
