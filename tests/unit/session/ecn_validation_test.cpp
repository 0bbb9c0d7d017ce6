#include "protocol/session/ecn_validation.hpp"

#include <gtest/gtest.h>

namespace avocet::session {
namespace {

using State = EcnValidation::State;

EcnValidation after_sending(std::uint64_t packets) {
  EcnValidation ecn;
  for (std::uint64_t i = 0; i < packets; ++i) ecn.on_sent();
  return ecn;
}

// AV-ECN-1
TEST(EcnValidation, TenPacketsTryThePath) {
  EcnValidation ecn = after_sending(9);
  EXPECT_EQ(ecn.mark(), Ecn::ect0);
  ecn.on_sent();
  EXPECT_EQ(ecn.mark(), Ecn::not_ect);
  ecn.on_ack(wire::EcnCounts{.ect0 = 3}, 3);
  EXPECT_EQ(ecn.state(), State::capable);
  EXPECT_EQ(ecn.mark(), Ecn::ect0);
}

// AV-ECN-3
TEST(EcnValidation, CountsThatDoNotFitEndIt) {
  struct Case {
    const char* why;
    std::optional<wire::EcnCounts> counts;
    std::uint64_t acked;
  };
  const Case cases[] = {
      {"bleached", {}, 1},
      {"one mark was lost", wire::EcnCounts{.ect0 = 4}, 3},
      {"a count fell", wire::EcnCounts{.ect0 = 1, .ce = 5}, 0},
      {"somebody sends ECT(1)", wire::EcnCounts{.ect0 = 5, .ect1 = 1}, 3},
      {"more than was sent", wire::EcnCounts{.ect0 = 8, .ce = 3}, 3},
      {"far more than was sent", wire::EcnCounts{.ect0 = 5, .ce = ~std::uint64_t{0} >> 2}, 3},
  };
  for (const Case& c : cases) {
    EcnValidation ecn = after_sending(10);
    ecn.on_ack(wire::EcnCounts{.ect0 = 2}, 2);
    ASSERT_EQ(ecn.state(), State::capable);
    ecn.on_ack(c.counts, c.acked);
    EXPECT_EQ(ecn.state(), State::failed) << c.why;
    ecn.on_ack(wire::EcnCounts{.ect0 = 9}, 1);
    EXPECT_EQ(ecn.state(), State::failed) << "for good";
  }
}

TEST(EcnValidation, MarksMayTurnToCongestionOnTheWay) {
  EcnValidation ecn = after_sending(10);
  ecn.on_ack(wire::EcnCounts{.ect0 = 1, .ce = 4}, 5);
  EXPECT_EQ(ecn.state(), State::capable);
  ecn.on_ack(wire::EcnCounts{.ect0 = 2, .ce = 5}, 1);
  EXPECT_EQ(ecn.state(), State::capable) << "an acknowledgement in between was lost";
}

// AV-ECN-3
TEST(EcnValidation, APathThatDropsMarkedPacketsIsUsedWithout) {
  EcnValidation ecn = after_sending(10);
  for (int i = 0; i < 10; ++i) ecn.on_lost();
  EXPECT_EQ(ecn.state(), State::failed);
}

}  // namespace
}  // namespace avocet::session
