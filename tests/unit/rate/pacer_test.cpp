#include "protocol/rate/pacer.hpp"

#include <gtest/gtest.h>

namespace avocet::rate {
namespace {

constexpr DataSize datagram = DataSize::bytes(1200);
Time at(Duration d) { return Time(d); }

/// Sends whatever may leave until `end`, waking exactly when told; the bytes that left.
std::int64_t send_until(Pacer& pacer, Time from, Time end) {
  std::int64_t sent = 0;
  for (Time now = from; now < end; now = std::max(now + 1ns, pacer.next(now))) {
    while (pacer.can_send(now)) pacer.on_sent(now, datagram), sent += datagram.bytes();
  }
  return sent;
}

// AV-RATE-1
TEST(Pacer, HoldsItsRateOneDatagramAtATime) {
  Pacer pacer(DataRate::mbps(1.2));  // a datagram takes 8 ms
  EXPECT_TRUE(pacer.can_send(at(1s)));
  pacer.on_sent(at(1s), datagram);
  EXPECT_FALSE(pacer.can_send(at(1s)));
  EXPECT_EQ(pacer.budget(at(1s)), DataSize::zero());
  EXPECT_NEAR(to_seconds(pacer.next(at(1s)) - at(1s)), 0.008, 0.001);
  EXPECT_NEAR(static_cast<double>(send_until(pacer, at(1s), at(11s))), 1.5e6, 1.5e4);
}

// AV-RATE-1
TEST(Pacer, MayBurstForAMillisecond) {
  Pacer pacer(DataRate::mbps(96));  // 12,000 bytes in a millisecond
  EXPECT_EQ(pacer.budget(at(1s)).bytes(), 12'000);
  int burst = 0;
  while (pacer.can_send(at(1s))) pacer.on_sent(at(1s), datagram), ++burst;
  EXPECT_EQ(burst, 10);
  EXPECT_NEAR(static_cast<double>(send_until(pacer, at(1s), at(2s))), 12e6, 12e4);
}

TEST(Pacer, ForgivesASmallDelayOfTheDriverOnly) {
  Pacer pacer(DataRate::mbps(1.2));
  pacer.on_sent(at(1s), datagram);
  const Time due = pacer.next(at(1s));
  pacer.on_sent(due + 400us, datagram);
  EXPECT_EQ(pacer.next(due + 400us), due + 8ms) << "the 400 us are made up for";
  pacer.on_sent(due + 1s, datagram);
  EXPECT_GE(pacer.next(due + 1s), due + 1s + 7ms) << "a second is not";
}

TEST(Pacer, RunsTrainsFaster) {
  Pacer pacer(DataRate::mbps(1.2));
  pacer.begin_train(at(1s), DataRate::mbps(12), datagram * 10);
  EXPECT_TRUE(pacer.in_train(at(1s)));
  EXPECT_NEAR(static_cast<double>(send_until(pacer, at(1s), at(1009ms))), 12'000, 2400);
  EXPECT_FALSE(pacer.in_train(at(1010ms)));
  EXPECT_NEAR(static_cast<double>(send_until(pacer, at(1010ms), at(2010ms))), 150'000, 3600);
}

TEST(Pacer, LetsTrainsLeaveInSmallRunsWhereLongOnesAreNoTrouble) {
  Pacer pacer(DataRate::mbps(1.2));
  pacer.set_run(datagram * 48);
  pacer.on_sent(at(1s), datagram);
  pacer.begin_train(at(1s), DataRate::mbps(12), datagram * 100, true);
  int bursts = 0;
  Time now = at(1s);
  for (; pacer.in_train(now); now = pacer.next(now, true), ++bursts) {
    int burst = 0;
    for (; pacer.in_train(now) && pacer.can_send(now, true); ++burst) pacer.on_sent(now, datagram, true);
    EXPECT_LE(burst, 9);
  }
  EXPECT_NEAR(to_seconds(now - at(1s)), 0.080, 0.010);
  EXPECT_LE(bursts, 20);
}

// AV-RATE-1
TEST(Pacer, SavesUpForARunWhenNothingIsInAHurry) {
  Pacer pacer(DataRate::mbps(9.6));  // a datagram takes 1 ms
  pacer.set_run(datagram * 20);
  Time now = at(1s);
  std::int64_t sent = 0, bursts = 0, burst = 0;
  for (; now < at(3s); now = pacer.next(now, true)) {
    for (burst = 0; pacer.can_send(now, true); ++burst) pacer.on_sent(now, datagram);
    sent += burst, ++bursts;
    EXPECT_LE(burst, 22);
  }
  EXPECT_NEAR(static_cast<double>(sent), 2000, 45);
  EXPECT_NEAR(static_cast<double>(bursts), 100, 6);
  EXPECT_LE(pacer.next(now), now - 19ms) << "what is in a hurry need not wait";
}

// AV-RATE-1
TEST(Pacer, LetsNoMoreThanARunLeaveAtOnce) {
  Pacer pacer(DataRate::mbps(9.6));
  pacer.set_run(datagram * 20);
  pacer.on_sent(at(1s), datagram);
  int burst = 0;
  while (pacer.can_send(at(2s), true)) pacer.on_sent(at(2s), datagram, true), ++burst;
  EXPECT_EQ(burst, 20) << "the 21st would be a write of its own";
}

TEST(Pacer, LetsRunsLeaveOnABeatThatOthersShare) {
  Pacer pacer(DataRate::mbps(9.6));
  pacer.set_run(datagram * 50);  // 49 ms to save up
  std::int64_t sent = 0;
  Time now = at(1005ms);
  for (; now < at(11s); now = pacer.next(now, true)) {
    EXPECT_TRUE(sent == 0 || now.time_since_epoch() % 8ms == 0ns);
    for (; pacer.can_send(now, true); ++sent) pacer.on_sent(now, datagram, true);
  }
  EXPECT_NEAR(static_cast<double>(sent), 10'000, 60) << "waiting for it costs no rate";
}

TEST(Pacer, DoesNotSaveForLong) {
  Pacer pacer(DataRate::kbps(96));  // a datagram takes 100 ms
  pacer.set_run(datagram * 54);
  pacer.on_sent(at(1s), datagram);
  while (pacer.can_send(at(1s))) pacer.on_sent(at(1s), datagram);
  EXPECT_LE(pacer.next(at(1s), true), pacer.next(at(1s)) + 240ms);
}

TEST(Pacer, ANewRateCountsFromNow) {
  Pacer pacer(DataRate::kbps(96));  // 100 ms for a datagram
  pacer.on_sent(at(1s), datagram);
  pacer.set_rate(at(1s), DataRate::mbps(9.6));
  EXPECT_LE(pacer.next(at(1s)), at(1001ms));
}

}  // namespace
}  // namespace avocet::rate
