#include <gtest/gtest.h>

#include <algorithm>

#include "sim/link/link.hpp"
#include "tests/unit/link/run.hpp"

namespace avocet::link {
namespace {

using testing::datagram;
using testing::drain;
using testing::origin;
using testing::take;

constexpr std::size_t payload = 972;  // with 28 bytes of header 1000 bytes: 8 ms at 1 Mbit/s

LinkConfig at_rate(double mbps, Duration queue) {
  return {.rate = {{0s, DataRate::mbps(mbps)}}, .queue = queue};
}

TEST(Bottleneck, SpacesABurstByItsRate) {
  Link link(at_rate(1, 100ms), 1);
  for (int i = 0; i < 5; ++i) link.push(origin, datagram(payload));
  const auto deliveries = drain(link);
  ASSERT_EQ(deliveries.size(), 5u);
  for (int i = 0; i < 5; ++i) {
    EXPECT_EQ(deliveries[static_cast<std::size_t>(i)].at, origin + (i + 1) * 8ms);
    EXPECT_EQ(deliveries[static_cast<std::size_t>(i)].queued, i * 8ms);
  }
  EXPECT_EQ(link.stats().longest_queue, 32ms);
}

TEST(Bottleneck, NextIsExactWithoutRandomModels) {
  Link link({.delay = 20ms, .rate = {{0s, DataRate::mbps(1)}}}, 1);
  for (int i = 0; i < 5; ++i) link.push(origin, datagram(payload));
  int polls = 0;
  while (const auto at = link.next()) {
    ++polls;
    EXPECT_EQ(take(link, *at).size(), 1u);
  }
  EXPECT_EQ(polls, 5);
}

TEST(Bottleneck, TheQueueHoldsItsMillisecondsAndDropsTheTail) {
  Link link(at_rate(1, 80ms), 1);
  for (int i = 0; i < 20; ++i) link.push(origin, datagram(payload));
  // One in service and 80 ms = 10,000 bytes = 10 datagrams waiting.
  EXPECT_EQ(link.stats().dropped(DropReason::queue).datagrams, 9u);
  const auto deliveries = drain(link);
  EXPECT_EQ(deliveries.size(), 11u);
  EXPECT_EQ(deliveries.back().index, 10u) << "the tail is dropped, not the head";
  EXPECT_EQ(link.stats().longest_queue, 80ms);
}

TEST(Bottleneck, AnIdleLinkTakesOneDatagramEvenWithoutAQueue) {
  Link link(at_rate(1, 0ms), 1);
  link.push(origin, datagram(payload));
  link.push(origin, datagram(payload));
  EXPECT_EQ(drain(link).size(), 1u);
  EXPECT_EQ(link.stats().dropped(DropReason::queue).datagrams, 1u);
}

TEST(Bottleneck, AStepDownShrinksTheQueueAndDropsTheExcess) {
  LinkConfig config{.rate = {{0s, DataRate::mbps(8)}, {10ms, DataRate::mbps(1)}}, .queue = 100ms};
  Link link(config, 1);
  for (int i = 0; i < 100; ++i) link.push(origin, datagram(payload));
  EXPECT_EQ(link.stats().dropped().datagrams, 0u);
  const auto deliveries = drain(link);
  // 1 ms each: 10 are through at 10 ms, one is in service; of 89 waiting 12 fit in 100 ms at 1 Mbit/s (12,500
  // bytes).
  EXPECT_EQ(link.stats().dropped(DropReason::rate_step).datagrams, 77u);
  EXPECT_EQ(deliveries.size(), 23u);
  for (const Drop& d : link.drops()) EXPECT_EQ(d.at, origin + 10ms);
  EXPECT_LE(link.stats().longest_queue, 110ms);
}

TEST(Bottleneck, StepsCountFromTheFirstDatagram) {
  Link link({.rate = {{0s, DataRate::mbps(8)}, {10ms, DataRate::mbps(1)}}}, 1);
  EXPECT_EQ(link.rate(origin), DataRate::mbps(8));
  const Time late = origin + 5s;
  link.push(late, datagram(payload));
  EXPECT_EQ(link.next(), late + 1ms);
  EXPECT_EQ(link.rate(late + 9ms), DataRate::mbps(8));
  EXPECT_EQ(link.rate(late + 10ms), DataRate::mbps(1));
}

TEST(Bottleneck, TheClockCanStartEarlier) {
  Link link({.rate = {{0s, DataRate::mbps(8)}, {10ms, DataRate::mbps(1)}}}, 1);
  link.start(origin);
  link.push(origin + 1s, datagram(payload));
  EXPECT_EQ(link.next(), origin + 1s + 8ms);
}

TEST(Bottleneck, AnOutageHoldsTheOneInServiceAndDropsTheRest) {
  LinkConfig config{.rate = {{0s, DataRate::mbps(1)}, {4ms, DataRate::zero()}, {1s, DataRate::mbps(1)}}};
  Link link(config, 1);
  link.push(origin, datagram(payload));
  link.push(origin, datagram(payload));
  EXPECT_EQ(link.next(), origin + 1s + 4ms);
  EXPECT_EQ(drain(link).size(), 1u);
  EXPECT_EQ(link.stats().dropped(DropReason::rate_step).datagrams, 1u);
}

TEST(Bottleneck, AnEndlessOutageHoldsWhatItHas) {
  Link link({.rate = {{0s, DataRate::zero()}}}, 1);
  link.push(origin, datagram(payload));
  link.push(origin, datagram(payload));
  EXPECT_FALSE(link.next());
  EXPECT_TRUE(take(link, origin + 24h).empty());
  EXPECT_EQ(link.stats().held.datagrams, 1u);
}

TEST(Bottleneck, UnlimitedRateBeforeAndAfterSteps) {
  LinkConfig config{.rate = {{5ms, DataRate::mbps(1)}, {10ms, DataRate::infinite()}}};
  Link link(config, 1);
  link.push(origin, datagram(payload));
  EXPECT_EQ(link.next(), origin);
  for (int i = 0; i < 5; ++i) link.push(origin + 5ms, datagram(payload));
  const auto deliveries = drain(link);
  ASSERT_EQ(deliveries.size(), 6u);
  for (std::size_t i = 1; i < 6; ++i) EXPECT_EQ(deliveries[i].at, origin + 10ms);
}

TEST(Bottleneck, LostDatagramsHaveUsedTheirShareOfTheRate) {
  Link link({.loss = Loss::bernoulli(0.5), .rate = {{0s, DataRate::mbps(1)}}, .queue = 10s}, 1);
  for (int i = 0; i < 100; ++i) link.push(origin, datagram(payload));
  const auto deliveries = drain(link);
  for (const Delivery& d : deliveries) EXPECT_EQ(d.at, origin + static_cast<int>(d.index + 1) * 8ms);
}

TEST(Bottleneck, MarksInsteadOfNothingWhenTheQueueIsLong) {
  LinkConfig config = at_rate(1, 100ms);
  config.mark_above = 20ms;
  Link link(config, 1);
  for (int i = 0; i < 6; ++i) link.push(origin, datagram(payload), i == 5 ? Ecn::not_ect : Ecn::ect1);
  const auto deliveries = drain(link);
  ASSERT_EQ(deliveries.size(), 6u);
  // Waits 0, 8, 16, 24, 32 and 40 ms.
  EXPECT_EQ(deliveries[2].ecn, Ecn::ect1);
  EXPECT_EQ(deliveries[3].ecn, Ecn::ce);
  EXPECT_EQ(deliveries[4].ecn, Ecn::ce);
  EXPECT_EQ(deliveries[5].ecn, Ecn::not_ect) << "only ECT may be marked";
  EXPECT_EQ(link.stats().marked.datagrams, 2u);
}

}  // namespace
}  // namespace avocet::link
