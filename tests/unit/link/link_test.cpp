#include "sim/link/link.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <bit>
#include <cmath>

#include "tests/unit/link/run.hpp"

namespace avocet::link {
namespace {

using testing::datagram;
using testing::drain;
using testing::origin;
using testing::stream;
using testing::take;

std::vector<Duration> arrival_times(const std::vector<Delivery>& deliveries) {
  std::vector<Duration> times;
  for (const Delivery& d : deliveries) times.push_back(d.at - origin);
  return times;
}

std::vector<std::uint64_t> indices(const std::vector<Delivery>& deliveries) {
  std::vector<std::uint64_t> out;
  for (const Delivery& d : deliveries) out.push_back(d.index);
  return out;
}

TEST(Link, APerfectLinkDeliversAtOnce) {
  Link link({}, 1);
  link.push(origin, as_bytes("hello"), Ecn::ect0);
  EXPECT_EQ(link.next(), origin);
  const auto delivery = link.pop(origin);
  ASSERT_TRUE(delivery);
  EXPECT_EQ(as_text(delivery->bytes), "hello");
  EXPECT_EQ(delivery->ecn, Ecn::ect0);
  EXPECT_EQ(delivery->at, origin);
  EXPECT_FALSE(link.pop(origin));
  EXPECT_FALSE(link.next());
}

TEST(Link, DelayHoldsADatagramExactlyThatLong) {
  Link link({.delay = 25ms}, 1);
  link.push(origin, datagram(100));
  EXPECT_EQ(link.next(), origin + 25ms);
  EXPECT_FALSE(link.pop(origin + 25ms - 1ns));
  EXPECT_TRUE(link.pop(origin + 25ms));
}

TEST(Link, TimeThatRunsBackwardsCountsAsTheLatest) {
  Link link({.delay = 25ms}, 1);
  link.push(origin + 10ms, datagram(1));
  link.push(origin, datagram(2));
  EXPECT_EQ(arrival_times(drain(link)), (std::vector<Duration>{35ms, 35ms}));
}

TEST(Link, JitterSpreadsTheDelayAndKeepsTheOrder) {
  Link link({.delay = 50ms, .jitter = 5ms}, 1);
  const auto deliveries = stream(link, 2000, 100, 1ms);
  ASSERT_EQ(deliveries.size(), 2000u);
  EXPECT_TRUE(std::ranges::is_sorted(indices(deliveries)));
  double sum = 0;
  for (const Delivery& d : deliveries) {
    EXPECT_GE(d.at - d.pushed, 35ms);
    EXPECT_LE(d.at - d.pushed, 65ms);
    sum += to_seconds(d.at - d.pushed);
  }
  EXPECT_GT(sum / 2000, 0.050) << "keeping the order can only add delay";
  EXPECT_LT(sum / 2000, 0.060);
}

TEST(Link, JitterOfSparseDatagramsIsTheWholeDistribution) {
  Link link({.delay = 50ms, .jitter = 5ms}, 1);
  const auto deliveries = stream(link, 2000, 100, 100ms);
  double sum = 0, squares = 0;
  for (const Delivery& d : deliveries) {
    const double off = to_seconds(d.at - d.pushed) - 0.050;
    sum += off;
    squares += off * off;
  }
  EXPECT_NEAR(sum / 2000, 0, 0.0005);
  EXPECT_NEAR(std::sqrt(squares / 2000), 0.005, 0.0005);
}

TEST(Link, BernoulliLossStaysWithinFiveSigma) {
  for (const double p : {0.01, 0.1, 0.5}) {
    Link link({.loss = Loss::bernoulli(p)}, 3);
    constexpr int n = 20'000;
    stream(link, n, 50, 1ms);
    const double lost = static_cast<double>(link.stats().dropped(DropReason::random).datagrams);
    EXPECT_NEAR(lost / n, p, 5 * std::sqrt(p * (1 - p) / n));
  }
}

TEST(Link, GilbertElliottLosesInBurstsOfTheExpectedLengthAndShare) {
  const Loss loss{.to_bad = 0.02, .to_good = 0.25};
  Link link({.loss = loss}, 3);
  constexpr int n = 100'000;
  const auto deliveries = stream(link, n, 50, 1ms);
  const double lost = n - static_cast<double>(deliveries.size());
  EXPECT_NEAR(loss.mean(), 0.02 / 0.27, 1e-12);
  EXPECT_NEAR(lost / n, loss.mean(), 0.01);

  int bursts = 0;
  for (std::size_t i = 1; i < deliveries.size(); ++i)
    bursts += deliveries[i].index != deliveries[i - 1].index + 1;
  EXPECT_NEAR(lost / bursts, 4, 0.4) << "a bad time lasts 1 / to_good datagrams";
}

TEST(Link, TheSeedAloneDecidesWhatIsLost) {
  const auto lost_with = [](LinkConfig config, std::uint64_t seed) {
    config.loss = Loss::bernoulli(0.1);
    Link link(config, seed);
    stream(link, 500, 100, 1ms);
    std::vector<std::uint64_t> lost;
    for (const Drop& d : link.drops()) lost.push_back(d.index);
    return lost;
  };
  const auto plain = lost_with({}, 7);
  EXPECT_EQ(lost_with({}, 7), plain);
  EXPECT_NE(lost_with({}, 8), plain);
  EXPECT_EQ(
      lost_with({.delay = 10ms, .jitter = 3ms, .duplicate = 0.1, .corrupt = 0.1, .reorder = {0.1, 5ms}}, 7),
      plain)
      << "each model draws from its own stream";
}

TEST(Link, DuplicatesComeTogetherWithTheOriginal) {
  Link link({.delay = 5ms, .duplicate = 1}, 1);
  link.push(origin, datagram(10, 42));
  const auto both = drain(link);
  ASSERT_EQ(both.size(), 2u);
  EXPECT_EQ(both[0].bytes, both[1].bytes);
  EXPECT_EQ(both[0].at, both[1].at);
  EXPECT_EQ(link.stats().duplicated, (Count{1, 10}));
  EXPECT_EQ(link.stats().delivered, (Count{2, 20}));
}

TEST(Link, AReorderedDatagramIsOvertaken) {
  Link link({.delay = 5ms, .reorder = {0.2, 10ms}}, 1);
  const auto deliveries = stream(link, 200, 10, 1ms);
  ASSERT_EQ(deliveries.size(), 200u);
  EXPECT_FALSE(std::ranges::is_sorted(indices(deliveries)));
  std::size_t held_back = 0;
  for (const Delivery& d : deliveries) {
    const Duration way = d.at - d.pushed;
    EXPECT_TRUE(way == 5ms || way == 15ms);
    held_back += way == 15ms;
  }
  EXPECT_EQ(link.stats().reordered.datagrams, held_back);
  EXPECT_GT(held_back, 20u);
}

TEST(Link, ACorruptedDatagramDiffersInOneToEightBits) {
  Link link({.corrupt = 1}, 1);
  for (int i = 0; i < 300; ++i) {
    const Bytes sent = datagram(1 + static_cast<std::size_t>(i) % 5, 0x5a);
    link.push(origin, sent);
    const auto got = link.pop(origin);
    ASSERT_TRUE(got);
    ASSERT_EQ(got->bytes.size(), sent.size());
    int flipped = 0;
    for (std::size_t b = 0; b < sent.size(); ++b) {
      flipped += std::popcount(std::to_integer<unsigned>(got->bytes[b] ^ sent[b]));
    }
    EXPECT_GE(flipped, 1);
    EXPECT_LE(flipped, 8);
  }
  link.push(origin, {});
  EXPECT_TRUE(link.pop(origin)) << "an empty datagram has no bit to flip";
}

TEST(Link, ABlackholeSwallowsExactlyItsWindow) {
  Link link({.blackholes = {{10ms, 20ms}}}, 1);
  const auto deliveries = stream(link, 30, 10, 1ms);
  EXPECT_EQ(deliveries.size(), 20u);
  EXPECT_EQ(link.stats().dropped(DropReason::blackhole).datagrams, 10u);
  EXPECT_EQ(link.drops().front(), (Drop{origin + 10ms, 10, 10, DropReason::blackhole}));
  EXPECT_EQ(link.drops().back().at, origin + 19ms);
}

TEST(Link, ListedAndTooLargeDatagramsAreLost) {
  Link link({.drop_list = {4, 1}, .largest = 1200}, 1);
  for (int i = 0; i < 6; ++i) link.push(origin, datagram(i == 5 ? 1201 : 1200));
  EXPECT_EQ(indices(drain(link)), (std::vector<std::uint64_t>{0, 2, 3}));
  EXPECT_EQ(link.stats().dropped(DropReason::listed).datagrams, 2u);
  EXPECT_EQ(link.stats().dropped(DropReason::too_large), (Count{1, 1201}));
}

TEST(Link, TheBytesHeldAreBounded) {
  Link link({.delay = 1h, .hold = DataSize::bytes(10'000)}, 1);
  for (int i = 0; i < 100; ++i) link.push(origin, datagram(1000));
  EXPECT_EQ(link.stats().held.bytes, 10'000u);
  EXPECT_EQ(link.stats().dropped(DropReason::hold).datagrams, 90u);
}

TEST(Link, TheDropRecordKeepsTheLatest) {
  Link link({.loss = Loss::bernoulli(1), .drop_record = 3}, 1);
  for (int i = 0; i < 10; ++i) link.push(origin + i * 1ms, datagram(10));
  ASSERT_EQ(link.drops().size(), 3u);
  EXPECT_EQ(link.drops().front().index, 7u);
  EXPECT_EQ(link.stats().dropped().datagrams, 10u);
}

TEST(Link, TheTagComesOutEitherWay) {
  Link link({.drop_list = {1}}, 1);
  link.push(origin, datagram(10), Ecn::not_ect, 77);
  link.push(origin, datagram(10), Ecn::not_ect, 78);
  EXPECT_EQ(link.pop(origin)->tag, 77u);
  EXPECT_EQ(link.take_drops().front().tag, 78u);
  EXPECT_TRUE(link.drops().empty());
}

TEST(Link, EveryReasonHasItsName) {
  for (std::size_t i = 0; i < drop_reasons; ++i) EXPECT_NE(to_string(static_cast<DropReason>(i)), "unknown");
}

}  // namespace
}  // namespace avocet::link
