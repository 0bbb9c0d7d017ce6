#include <gtest/gtest.h>

#include "tests/network/pair_broadcast.hpp"
#include "tests/network/transfer.hpp"

namespace avocet::test {
namespace {

// AV-ECN-4, AV-ACK-11
TEST(Ecn, MarksKeepTheQueueShortWithoutLoss) {
  link::LinkConfig down{.delay = 20ms, .rate = {{0s, DataRate::mbps(4)}}, .mark_above = 20ms};
  PairBroadcast broadcast(EstablishedPair(1), lossy(20ms, 0), down, DataRate::mbps(3), {});
  broadcast.send(600);
  broadcast.world.run_for(2s);
  const auto stats = broadcast.world.server().stats();
  EXPECT_TRUE(stats.ecn_capable);
  EXPECT_GT(stats.packets_marked, 0u);
  EXPECT_EQ(stats.packets_lost, 0u);
  EXPECT_EQ(broadcast.received.size(), 600u);
  EXPECT_LE(stats.packets_marked, broadcast.world.down().stats().marked.datagrams);
}

// AV-ECN-3
TEST(Ecn, APathThatClearsOrDropsMarksCarriesAllTheSame) {
  for (const auto treatment : {link::EcnPath::cleared, link::EcnPath::dropped}) {
    link::LinkConfig path{.delay = 20ms, .loss = link::Loss::bernoulli(0.01), .ecn = treatment};
    PairTransfer transfer(EstablishedPair(2), path, 500'000);
    ASSERT_TRUE(transfer.run(30s)) << transfer.received.size() << " bytes arrived";
    EXPECT_TRUE(transfer.received == transfer.sent);
    EXPECT_FALSE(transfer.world.client().stats().ecn_capable);
  }
}

// AV-ECN-1
TEST(Ecn, AnHonestPathIsFoundCapable) {
  PairTransfer transfer(EstablishedPair(3), lossy(20ms, 0.02), 500'000);
  ASSERT_TRUE(transfer.run(30s));
  EXPECT_TRUE(transfer.world.client().stats().ecn_capable);
}

}  // namespace
}  // namespace avocet::test
