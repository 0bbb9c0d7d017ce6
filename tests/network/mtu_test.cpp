#include <gtest/gtest.h>

#include "tests/network/pair_broadcast.hpp"
#include "tests/network/transfer.hpp"

namespace avocet::test {
namespace {

link::LinkConfig carrying(std::size_t largest, double loss = 0) {
  link::LinkConfig path = lossy(20ms, loss);
  path.largest = largest;
  return path;
}

session::Config fast() {
  session::Config config;
  config.initial_rate = DataRate::mbps(100);
  config.max_data = config.max_stream_data = config.max_send_buffer = 4 << 20;
  return config;
}

// AV-MTU-1
TEST(Mtu, ThePathIsFoundAndUsed) {
  for (const std::size_t largest : {1200u, 1472u, 9000u}) {
    PairTransfer transfer(EstablishedPair(1, fast()), carrying(largest, 0.01), 10'000'000);
    ASSERT_TRUE(transfer.run(60s)) << transfer.received.size() << " bytes arrived";
    EXPECT_TRUE(transfer.received == transfer.sent);
    EXPECT_EQ(transfer.world.client().stats().datagram_size, largest);
    EXPECT_EQ(transfer.world.server().stats().datagram_size, 1200u) << "it sends acknowledgements only";
  }
}

// AV-MTU-2
TEST(Mtu, ProbesThatDoNotPassAreNotTakenForCongestion) {
  PairTransfer small(EstablishedPair(2, fast()), carrying(1200), 3'000'000);
  ASSERT_TRUE(small.run(60s));
  const auto stats = small.world.client().stats();
  EXPECT_EQ(stats.packets_lost, 0u);
  EXPECT_EQ(stats.loss_rate, 0.0);
  EXPECT_GE(small.world.up().stats().dropped(link::DropReason::too_large).datagrams, 3u);
  EXPECT_LE(small.world.up().stats().dropped(link::DropReason::too_large).datagrams, 6u);
}

// AV-PAR-3
TEST(Mtu, ThePeersLimitIsKept) {
  EstablishedPair pair(3, fast());
  pair.server_config.max_datagram = 1300;
  PairTransfer transfer(pair, lossy(20ms, 0), 10'000'000);
  ASSERT_TRUE(transfer.run(60s));
  EXPECT_EQ(transfer.world.client().stats().datagram_size, 1300u);
}

/// A path on which jumbo frames pass for a while, and then no more: the link drops what is longer.
struct Shrinking {
  explicit Shrinking(std::uint64_t seed, std::optional<Duration> latency)
      : broadcast(EstablishedPair(seed, fast()), lossy(20ms, 0.01), carrying(9000, 0.01), DataRate::mbps(4),
                  latency) {
    broadcast.send(120);
    before = broadcast.world.server().stats().datagram_size;
    broadcast.world.down().set_largest(1300);
    broadcast.send(300);
    broadcast.world.run_for(5s);
  }
  PairBroadcast broadcast;
  std::size_t before = 0;
};

// AV-MTU-5, AV-MTU-6
TEST(Mtu, StoredFramesArriveWholeAfterThePathShrank) {
  for (std::uint64_t seed = 4; seed < 8; ++seed) {
    Shrinking s(seed, {});
    EXPECT_GT(s.before, 4000u);
    EXPECT_LE(s.broadcast.world.server().stats().datagram_size, 1300u);
    EXPECT_EQ(s.broadcast.received.size(), s.broadcast.accepted) << "seed " << seed;
    EXPECT_EQ(s.broadcast.accepted, 420u);
    EXPECT_EQ(s.broadcast.wrong, 0u);
    EXPECT_EQ(s.broadcast.twice, 0u);
    EXPECT_FALSE(s.broadcast.server_closed);
  }
}

// AV-MTU-5
TEST(Mtu, LiveFramesComeAgainAfterThePathShrank) {
  Shrinking s(9, 200ms);
  EXPECT_GT(s.before, 4000u);
  const auto late = s.broadcast.received.size();
  s.broadcast.send(90);
  s.broadcast.world.run_for(1s);
  EXPECT_GE(s.broadcast.received.size() - late, 88u);
  EXPECT_EQ(s.broadcast.twice, 0u);
}

}  // namespace
}  // namespace avocet::test
