#include <gtest/gtest.h>

#include "tests/network/transfer.hpp"

namespace avocet::test {
namespace {

// AV-PAR-1
TEST(Parameters, TheShorterIdleTimeoutCountsForBoth) {
  EstablishedPair pair(1);
  pair.client_config.idle_timeout = 5s;
  auto dead = lossy(20ms, 0);
  dead.blackholes = {{1s, 1000s}};
  PairTransfer transfer(pair, dead, 1000);
  transfer.world.run_for(12s);
  ASSERT_TRUE(transfer.server_closed);
  EXPECT_EQ(transfer.server_closed->code, wire::CloseCode::idle);
}

// AV-PAR-1
TEST(Parameters, AnIdleTimeoutIsNeverShorterThanThreeProbeTimeouts) {
  EstablishedPair pair(2);
  pair.client_config.idle_timeout = 1us;
  PairTransfer transfer(pair, lossy(50ms, 0), 100'000);
  EXPECT_TRUE(transfer.run(10s));
  EXPECT_TRUE(transfer.received == transfer.sent);
}

// AV-PAR-1, AV-PAR-2
TEST(Parameters, ParametersThatCannotBeMeantEndTheHandshake) {
  for (const bool idle : {true, false}) {
    session::Config config;
    (idle ? config.idle_timeout : config.max_ack_delay) = idle ? Duration::zero() : 1001ms;
    Sessions s(3);
    s.connect(lossy(10ms, 0), lossy(10ms, 0), config);
    s.world.run_for(5s);
    EXPECT_TRUE(s.accepted.empty());
    ASSERT_TRUE(s.has<session::Closed>());
    EXPECT_EQ(std::get<session::Closed>(s.client_events[0].back()).code, wire::CloseCode::handshake_failed);
  }
}

// AV-PAR-2
TEST(Parameters, APeerThatHoldsAcknowledgementsIsNotTakenForGone) {
  EstablishedPair pair(4);
  pair.server_config.max_ack_delay = 900ms;
  PairTransfer transfer(pair, lossy(20ms, 0), 3000);
  transfer.world.run_for(5s);
  EXPECT_TRUE(transfer.ended);
  EXPECT_EQ(transfer.world.client().stats().packets_lost, 0u);
}

}  // namespace
}  // namespace avocet::test
