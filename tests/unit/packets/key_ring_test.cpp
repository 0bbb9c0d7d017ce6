#include "analysis/packets/key_ring.hpp"

#include <gtest/gtest.h>

namespace avocet::analysis {
namespace {

constexpr ConnectionId id{0x0102030405060708};

/// A Hello that was damaged on the way is in the server's log beside the client's.
TEST(KeyRing, KeepsAllWhoAreSaidToHaveAnIdAndPrefersThatWhichOpens) {
  KeyRing ring;
  const Bytes damaged(32, std::byte{1}), sent(32, std::byte{2});
  ring.learn(id, damaged);
  ring.learn(id, sent);
  ring.learn(id, sent);
  ASSERT_EQ(ring.candidates(id).size(), 2u);
  EXPECT_EQ(ring.find(id), 0u);
  ring.prefer(id, 1);
  EXPECT_EQ(ring.find(id), 1u);
  for (std::uint8_t i = 3; i < 30; ++i) ring.learn(id, Bytes(32, std::byte{i}));
  EXPECT_EQ(ring.candidates(id).size(), 4u);  // whatever somebody sends
  EXPECT_TRUE(ring.candidates(ConnectionId{9}).empty());
}

}  // namespace
}  // namespace avocet::analysis
