#include <gtest/gtest.h>

#include <set>

#include "tests/network/pair_broadcast.hpp"
#include "tests/network/transfer.hpp"

namespace avocet::test {
namespace {

session::Config updating_every(std::uint64_t packets) {
  session::Config config;
  config.keys.packets = packets;
  config.key_log = true;
  return config;
}

// AV-KEY-9, AV-KEY-16
TEST(KeyUpdate, ManyUpdatesUnderLossAndReorderingLoseNothing) {
  link::LinkConfig path{.delay = 20ms, .jitter = 2ms, .loss = link::Loss::bernoulli(0.05), .duplicate = 0.02};
  path.reorder = {.probability = 0.05, .by = 15ms};
  path.rate = {{0s, DataRate::mbps(2)}};
  PairTransfer transfer(EstablishedPair(1, updating_every(40)), path, 1'000'000);
  ASSERT_TRUE(transfer.run(120s)) << transfer.received.size() << " bytes arrived";
  EXPECT_TRUE(transfer.received == transfer.sent);
  const auto client = transfer.world.client().stats(), server = transfer.world.server().stats();
  EXPECT_GE(client.key_updates, 8u);
  EXPECT_LE(
      std::max(client.key_updates, server.key_updates) - std::min(client.key_updates, server.key_updates),
      1u);
  EXPECT_EQ(client.packets_undecryptable + server.packets_undecryptable, 0u);

  const std::set<std::string> lines(transfer.key_log.begin(), transfer.key_log.end());
  for (std::uint64_t n = 1; n < client.key_updates; ++n) {
    for (const char* who : {"CLIENT", "SERVER"}) {
      const std::string label = std::string("AVOCET_") + who + "_TRAFFIC_SECRET_" + std::to_string(n) + " ";
      EXPECT_EQ(std::ranges::count_if(lines, [&](const auto& line) { return line.starts_with(label); }), 1)
          << label << ": both ends know one and the same";
    }
  }
}

// AV-KEY-11
TEST(KeyUpdate, BothEndsMayUpdateAtTheSameTime) {
  const link::LinkConfig path{
      .delay = 20ms, .loss = link::Loss::bernoulli(0.02), .rate = {{0s, DataRate::mbps(1)}}};
  PairTransfer transfer(EstablishedPair(2), path, 500'000);
  unsigned rounds = 0, together = 0;
  while (!transfer.run(1500ms) && ++rounds < 100) {
    const bool client = transfer.world.client().update_keys(transfer.world.now());
    const bool server = transfer.world.server().update_keys(transfer.world.now());
    together += client && server;
  }
  EXPECT_GE(together, 2u);
  EXPECT_TRUE(transfer.received == transfer.sent);
  EXPECT_GE(transfer.world.client().stats().key_updates, together);
  EXPECT_EQ(transfer.client_closed, std::nullopt);
}

// AV-KEY-9
TEST(KeyUpdate, ComesEveryTwoMinutesOnAnIdleConnectionToo) {
  PairTransfer transfer(EstablishedPair(3), lossy(20ms, 0.05), 1000);
  transfer.world.run_for(610s);
  for (const auto& stats : {transfer.world.client().stats(), transfer.world.server().stats()}) {
    EXPECT_GE(stats.key_updates, 4u);
    EXPECT_LE(stats.key_updates, 5u);
  }
}

TEST(KeyUpdate, AForcedOneInTheMiddleOfAStreamLosesNoFrame) {
  PairBroadcast broadcast(EstablishedPair(4), lossy(20ms, 0.01), lossy(20ms, 0.01), DataRate::mbps(2.5), {});
  for (int i = 0; i < 10; ++i) {
    broadcast.send(30);
    EXPECT_TRUE(broadcast.world.server().update_keys(broadcast.world.now()));
    EXPECT_FALSE(broadcast.world.server().update_keys(broadcast.world.now())) << "nothing acknowledged yet";
  }
  broadcast.world.run_for(2s);
  EXPECT_EQ(broadcast.received.size(), 300u);
  EXPECT_EQ(broadcast.wrong, 0u);
  EXPECT_EQ(broadcast.world.client().stats().key_updates, 10u);
}

// AV-KEY-6
TEST(KeyUpdate, LeavesWhenThePeerDoesNotFollow) {
  session::Config config;
  config.keys = {.packets = 32, .hard = 64};
  config.initial_rate = DataRate::mbps(50);
  PairTransfer transfer(EstablishedPair(5, config), lossy(200ms, 0), 1'000'000);
  EXPECT_FALSE(transfer.run(20s)) << "more than 64 packets leave before the first is acknowledged";
  ASSERT_TRUE(transfer.client_closed);
  EXPECT_EQ(transfer.client_closed->code, wire::CloseCode::key_limit);
  ASSERT_TRUE(transfer.server_closed);
  EXPECT_TRUE(transfer.server_closed->by_peer);
}

/// Whoever turns key phases and corrupts packets on the way costs those packets, and nothing else.
TEST(KeyUpdate, FlippedPhasesOnTheWayAreLossOnly) {
  for (std::uint64_t seed = 10; seed < 14; ++seed) {
    link::LinkConfig path{.delay = 20ms, .corrupt = 0.05};
    PairTransfer transfer(EstablishedPair(seed, updating_every(60)), path, 300'000);
    ASSERT_TRUE(transfer.run(60s)) << "seed " << seed;
    EXPECT_TRUE(transfer.received == transfer.sent);
    EXPECT_GE(transfer.world.client().stats().key_updates, 2u);
  }
}

}  // namespace
}  // namespace avocet::test
