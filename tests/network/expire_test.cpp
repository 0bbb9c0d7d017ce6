#include <gtest/gtest.h>

#include "protocol/media/reassembly_limits.hpp"
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
  // Fragments of whole frames stay, in case of parity for them.
  constexpr std::size_t past = media::most_past_fragments * wire::base_datagram;
  EXPECT_GT(held, 2 * past);
  broadcast.world.run_for(30s);
  EXPECT_LT(broadcast.world.client().stats().reassembly_bytes_held, past);
}

}  // namespace
}  // namespace avocet::test
