#include <gtest/gtest.h>

#include <set>

#include "tests/network/transfer.hpp"

namespace avocet::test {
namespace {

std::set<std::string> id_lines(const auto& events) {
  std::set<std::string> lines;
  for (const session::Event& event : events) {
    const auto* log = std::get_if<session::KeyLog>(&event);
    if (log != nullptr && log->line.starts_with("AVOCET_CONNECTION_ID ")) lines.insert(log->line);
  }
  return lines;
}

// AV-CID-2, AV-CID-10, AV-KEY-8
TEST(ConnectionIds, BothEndsGiveSpareOnesAndLogThemAll) {
  for (std::uint64_t seed = 1; seed <= 20; ++seed) {
    session::ListenerConfig config;
    config.session.key_log = true;
    Sessions s(seed, config);
    s.connect(lossy(20ms, 0.3), lossy(20ms, 0.3), config.session);
    ASSERT_TRUE(s.world.run_until([&] { return s.connected() && !s.accepted.empty(); }, 30s));
    s.world.run_for(10s);
    std::vector<session::Event> at_server;
    for (const auto& told : s.server_events) at_server.push_back(told.event);
    EXPECT_EQ(id_lines(s.client_events[0]).size(), 8u) << "seed " << seed;  // four of each end
    EXPECT_EQ(id_lines(s.client_events[0]), id_lines(at_server)) << "seed " << seed;
  }
}

// AV-CID-8
TEST(ConnectionIds, PacketsToTheIdOfAnotherAreDropped) {
  EstablishedPair pair(1);
  pair.server.peer_id = {0xbad};
  PairTransfer transfer(pair, lossy(5ms, 0), 5'000'000);
  EXPECT_FALSE(transfer.run(5s));  // the client hears no acknowledgement, so its window stays shut
  EXPECT_EQ(transfer.world.client().stats().packets_received, 0u);
  EXPECT_GT(transfer.world.client().stats().packets_malformed, 0u);
}

}  // namespace
}  // namespace avocet::test
