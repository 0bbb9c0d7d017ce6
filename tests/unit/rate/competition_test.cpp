#include "protocol/rate/competition.hpp"

#include <gtest/gtest.h>

namespace avocet::rate {
namespace {

constexpr Competition::Queue standing{100ms, 90ms, 10ms, true}, gone{2ms, 1ms, 10ms, true};
constexpr Duration rtt = 50ms;
Time at(Duration d) { return Time(d); }

/// Two retreats from 2 Mbit/s have not helped, and the queue stands.
Competition beside_others() {
  Competition competition;
  EXPECT_EQ(competition.watch(at(1s), gone, rtt, {}), Competition::Change::none);
  competition.on_retreat(DataRate::mbps(2));
  competition.on_drained(false, false);
  EXPECT_EQ(competition.watch(at(3s), standing, rtt, {}), Competition::Change::none) << "once may be chance";
  competition.on_retreat(DataRate::mbps(1.8));
  competition.on_drained(false, false);
  EXPECT_EQ(competition.watch(at(4s), standing, rtt, {}), Competition::Change::begun);
  return competition;
}

TEST(Competition, IsWhatRetreatsDoNotHelpAgainst) {
  Competition competition = beside_others();
  EXPECT_TRUE(competition.active());
  EXPECT_EQ(competition.at_first(DataRate::mbps(1.7)), DataRate::mbps(2)) << "the retreats were for nothing";
}

TEST(Competition, NeedsNoSecondRetreatWhenTheFirstWasATest) {
  Competition competition;
  EXPECT_EQ(competition.watch(at(1s), gone, rtt, {}), Competition::Change::none);
  competition.on_retreat(DataRate::mbps(2));
  competition.on_drained(false, true);
  EXPECT_EQ(competition.watch(at(2s), standing, rtt, {}), Competition::Change::none)
      << "it has not stood long";
  EXPECT_EQ(competition.watch(at(3s), standing, rtt, {}), Competition::Change::begun);
}

TEST(Competition, IsNoneWhereARetreatHelps) {
  Competition competition;
  for (Duration t = 1s; t < 10s; t += 1s) {
    competition.on_retreat(DataRate::mbps(2));
    competition.on_drained(t != 5s, false);
    EXPECT_EQ(competition.watch(at(t), standing, rtt, {}), Competition::Change::none);
  }
}

TEST(Competition, TakesALittleMoreDelayForThePathAndNotForOthers) {
  Competition competition;
  competition.on_drained(false, false);
  competition.on_drained(false, false);
  EXPECT_EQ(competition.watch(at(4s), {15ms, 15ms, 10ms, true}, rtt, {}), Competition::Change::mistaken);
}

TEST(Competition, EndsWhenTheQueueIsGone) {
  Competition competition = beside_others();
  EXPECT_EQ(competition.watch(at(5s), gone, rtt, {}), Competition::Change::none);
  EXPECT_EQ(competition.watch(at(6s), gone, rtt, {}), Competition::Change::over);
  EXPECT_FALSE(competition.active());
}

TEST(Competition, ClimbsUntilItLosesAndThenBacksOffOncePerLoss) {
  Competition competition = beside_others();
  DataRate rate = DataRate::mbps(2);
  const auto turn = [&](Duration t, std::optional<Time> lost) {
    return competition.next_rate(at(t), {rate, 1, 100ms, rtt, lost});
  };
  rate = turn(4050ms, std::nullopt);
  EXPECT_GT(rate, DataRate::mbps(2));
  const DataRate before = rate;
  rate = turn(4100ms, at(4080ms));
  EXPECT_NEAR(rate / before, 0.7, 1e-6);
  rate = turn(4110ms, at(4090ms));  // sent before the rate fell
  EXPECT_GE(rate / before, 0.7);
}

}  // namespace
}  // namespace avocet::rate
