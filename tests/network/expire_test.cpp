#include <gtest/gtest.h>

#include "tests/network/pair_broadcast.hpp"
#include "tests/network/sessions.hpp"

namespace avocet::test {
namespace {

// AV-MED-9
TEST(Media, FramesThatALiveSenderGaveUpAreForgotten) {
  session::Config config;
  config.idle_timeout = 5s;
  PairBroadcast broadcast(EstablishedPair(1, config), lossy(20ms, 0), lossy(20ms, 0.3), DataRate::mbps(4),
                          30ms);
  broadcast.send(60);
  broadcast.world.run_for(1s);
  const auto held = broadcast.world.client().stats().reassembly_bytes_held;
  EXPECT_LT(broadcast.received.size(), 60u);
  EXPECT_GT(held, 10'000u);
  broadcast.world.run_for(30s);
  EXPECT_LT(broadcast.world.client().stats().reassembly_bytes_held, 2'000u);
}

}  // namespace
}  // namespace avocet::test
