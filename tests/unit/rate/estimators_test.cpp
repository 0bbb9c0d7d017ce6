#include <gtest/gtest.h>

#include "protocol/rate/delay_estimator.hpp"
#include "protocol/rate/delivery_rate.hpp"
#include "protocol/rate/loss_estimator.hpp"
#include "protocol/rate/queue_fall.hpp"
#include "protocol/rate/train.hpp"
#include "protocol/rate/transit.hpp"
#include "sim/link/random.hpp"

namespace avocet::rate {
namespace {

constexpr std::int64_t offset_us = 5'000'000'000;  // between the clocks
Time at(Duration d) { return Time(d); }

struct Delays {
  DelayEstimator estimator;
  link::Random random{1};
  Time now = at(1s);

  /// Packets every 5 ms for `span`, with `delay` and jitter as given.
  void feed(Duration span, Duration delay, Duration jitter = {}) {
    for (const Time end = now + span; now < end; now += 5ms) {
      const Duration total = delay + seconds_of(to_seconds(jitter) * random.gaussian());
      estimator.on_packet(now + 100ms, now, to_microseconds(now.time_since_epoch() + total) + offset_us,
                          true);
    }
  }
};

TEST(DelayEstimator, SeesAQueueWithoutKnowingTheClocks) {
  Delays d;
  d.feed(2s, 50ms);
  EXPECT_EQ(d.estimator.queue(), 0ms);
  d.feed(200ms, 65ms);
  EXPECT_NEAR(to_seconds(d.estimator.queue()), 0.015, 0.001);
  EXPECT_NEAR(to_seconds(d.estimator.floor()), 0.015, 0.001);
}

TEST(DelayEstimator, IsNotFooledByJitter) {
  Delays d;
  d.feed(30s, 50ms, 5ms);
  EXPECT_LT(d.estimator.queue(), 7ms);
  EXPECT_FALSE(d.estimator.risen(20ms, 0ms));
  d.feed(300ms, 70ms, 5ms);
  EXPECT_NEAR(to_seconds(d.estimator.queue()), 0.020, 0.007);
  d.feed(20ms, 150ms, 5ms);
  EXPECT_TRUE(d.estimator.risen(20ms, 18ms));
}

TEST(DelayEstimator, LetsClocksDriftAndBeSet) {
  Delays d;
  for (int i = 0; i < 100; ++i) d.feed(1s, 50ms + i * 200us);  // 200 us/s
  EXPECT_LT(d.estimator.queue(), 3ms);
  d.feed(1s, 1h);
  EXPECT_NEAR(to_seconds(d.estimator.queue()), 0, 0.001);
}

TEST(Transit, TellsHowMuchLongerThanTheQuickestWithoutKnowingTheClocks) {
  Transit transit;
  EXPECT_FALSE(transit.known());
  constexpr std::int64_t offset = 123'456'789'000;  // of the peer's clock
  Time now{5s};
  const auto send = [&](Duration takes, int packets) {
    for (; packets > 0; --packets, now += 10ms)
      transit.on_packet(now + takes, now, offset + to_microseconds((now + takes).time_since_epoch()));
  };
  send(50ms, 100);
  EXPECT_TRUE(transit.known());
  EXPECT_EQ(transit.lag(), 0ms);
  send(350ms, 100);
  EXPECT_NEAR(to_seconds(transit.lag()), 0.3, 0.01);
  EXPECT_EQ(transit.risen(), 0ms);  // quick ones are two seconds old at the most
  send(350ms, 150);
  EXPECT_EQ(transit.risen(), 300ms);
  send(350ms, 3000);  // half a minute later nobody remembers
  EXPECT_EQ(transit.lag(), 0ms);
  EXPECT_EQ(transit.risen(), 0ms);
  transit.on_packet(now, now, offset + 100'000'000'000);  // a clock that was set
  EXPECT_EQ(transit.lag(), 0ms);
}

TEST(DeliveryRate, MeasuresRateAndStretch) {
  DeliveryRate delivery;
  EXPECT_FALSE(delivery.over(100ms));
  for (int i = 0; i < 40; ++i) delivery.on_arrival(offset_us + i * 10'000, at(1s + i * 5ms), 1250);
  const auto measure = delivery.over(100ms);
  ASSERT_TRUE(measure);
  EXPECT_NEAR(measure->rate.mbps(), 1, 0.01);
  EXPECT_NEAR(measure->stretch, 2, 0.01);
}

TEST(DeliveryRate, DoesNotMeasureAcrossAnOutage) {
  DeliveryRate delivery;
  for (int i = 0; i < 20; ++i) delivery.on_arrival(offset_us + i * 5'000, at(1s + i * 5ms), 1250);
  // Sent at the same pace; the path stood still for 400 ms and then brings them every 2 ms.
  const auto late = [&](int i) {
    delivery.on_arrival(offset_us + 500'000 + i * 2'000, at(1100ms + i * 5ms), 1250);
  };
  for (int i = 0; i < 4; ++i) late(i);
  EXPECT_FALSE(delivery.over(150ms)) << "too few since then";
  for (int i = 4; i < 20; ++i) late(i);
  EXPECT_NEAR(delivery.over(150ms)->rate.mbps(), 5, 0.1);
}

TEST(Train, ShowsCapacityByTheSlopeOfItsDelays) {
  Train train;
  train.begin(at(1s), DataRate::mbps(2), DataSize::bytes(12'000));
  for (std::uint64_t i = 0; i < 10; ++i) EXPECT_TRUE(train.on_sent(at(1s + i * 4800us), {i + 5}, 1200));
  EXPECT_FALSE(train.on_sent(at(1050ms), {15}, 1200));
  for (std::uint64_t i = 0; i < 10; ++i) train.on_arrival({i + 5}, at(1s + i * 4800us), i * 4800us);
  const auto outcome = train.take_outcome(at(1200ms), 100ms);
  ASSERT_TRUE(outcome);
  EXPECT_NEAR(outcome->sent.mbps(), 2, 0.01);
  EXPECT_NEAR(outcome->carried.mbps(), 1, 0.01);
  EXPECT_NEAR(outcome->doubt, 0, 0.01);
  EXPECT_EQ(train.state(), Train::State::idle);
}

TEST(Train, EndsEvenWhenNothingComesBack) {
  Train train;
  train.begin(at(1s), DataRate::mbps(2), DataSize::bytes(12'000));
  for (std::uint64_t i = 0; i < 10; ++i) train.on_sent(at(1s + i * 4800us), {i + 5}, 1200);
  EXPECT_FALSE(train.take_outcome(at(1100ms), 100ms));
  EXPECT_EQ(train.state(), Train::State::flying);
  EXPECT_FALSE(train.take_outcome(at(2s), 100ms));
  EXPECT_EQ(train.state(), Train::State::idle);
}

TEST(LossEstimator, TellsTheMediumFromTheRest) {
  LossEstimator loss;
  link::Random random(1);
  for (int i = 0; i < 2000; ++i) loss.on_packet(random.chance(0.05), true, false);
  EXPECT_NEAR(loss.medium(), 0.05, 0.03);
  const double before = loss.medium();
  for (int i = 0; i < 200; ++i) loss.on_packet(random.chance(0.5), false, false);
  EXPECT_EQ(loss.medium(), before);
  EXPECT_NEAR(loss.recent(), 0.5, 0.2);
}

/// A queue of 200 ms at 1 s that falls by `speed`, in packets every 10 ms with jitter of 5 ms, for `span`.
std::optional<double> fall(double speed, Duration span, Duration reaction = 100ms) {
  QueueFall fall;
  link::Random random{1};
  fall.begin(at(1s), reaction);
  for (Duration t{}; t < span; t += 10ms)
    fall.on_packet(at(1s + t), seconds_of(0.2 - speed * to_seconds(t) + 0.005 * random.gaussian()));
  return fall.speed();
}

TEST(QueueFall, IsSeenThroughJitter) {
  EXPECT_NEAR(fall(0.1, 700ms).value_or(0), 0.1, 0.02);
  EXPECT_NEAR(fall(0, 700ms).value_or(1), 0, 0.02);
  EXPECT_NEAR(fall(-0.2, 700ms).value_or(0), -0.2, 0.02);
}

TEST(QueueFall, SaysNothingBeforeOthersCouldHaveNoticed) {
  EXPECT_FALSE(fall(0.1, 300ms).has_value());
  EXPECT_TRUE(fall(0.1, 400ms).has_value());
  EXPECT_FALSE(fall(0.1, 700ms, 500ms).has_value());
}

TEST(QueueFall, OfLongAgoIsForgotten) {
  QueueFall fall;
  fall.begin(at(1s), 0ms);
  for (Duration t{}; t < 2s; t += 10ms) fall.on_packet(at(1s + t), std::max<Duration>(1s - t, 0ms));
  EXPECT_NEAR(fall.speed().value_or(1), 0, 0.001);
}

}  // namespace
}  // namespace avocet::rate
