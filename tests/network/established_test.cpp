#include <gtest/gtest.h>

#include "tests/network/transfer.hpp"

namespace avocet::test {
namespace {

TEST(Established, TwoEndsTalkWithoutAHandshake) {
  PairTransfer transfer(EstablishedPair(1), lossy(20ms, 0.02), 300'000);
  ASSERT_TRUE(transfer.run(60s)) << transfer.received.size() << " bytes arrived";
  EXPECT_TRUE(transfer.received == transfer.sent);
  EXPECT_EQ(transfer.server_closed, std::nullopt);
}

// AV-PKT-8
TEST(Established, PacketNumbersPassTheWrapOfTheirLow32Bits) {
  for (const std::uint64_t wrap : {std::uint64_t{1} << 32, std::uint64_t{7} << 32}) {
    PairTransfer transfer(EstablishedPair(2, {}, {wrap - 50}, {wrap - 3}), lossy(20ms, 0.05), 300'000);
    ASSERT_TRUE(transfer.run(60s)) << transfer.received.size() << " bytes arrived";
    EXPECT_TRUE(transfer.received == transfer.sent);
  }
}

// AV-PKT-21
TEST(Established, TheConnectionEndsBeforeThePacketNumbersDo) {
  constexpr std::uint64_t last = (std::uint64_t{1} << 62) - 1;
  PairTransfer transfer(EstablishedPair(3, {}, {last - 1200}, {0}), lossy(20ms, 0), 600'000);
  EXPECT_FALSE(transfer.run(60s));
  ASSERT_TRUE(transfer.client_closed);
  EXPECT_EQ(transfer.client_closed->code, wire::CloseCode::key_limit);
  ASSERT_TRUE(transfer.server_closed);
  EXPECT_TRUE(transfer.server_closed->by_peer) << "there was room to say so";
}

}  // namespace
}  // namespace avocet::test
