#include "analysis/output/dashboard.hpp"

#include <gtest/gtest.h>

#include <algorithm>

namespace avocet::analysis {
namespace {

Account busy(std::size_t connections) {
  Account account{.file = "eth0", .measures = {{"duration", 4}, {"packets", 100}, {"bytes", 1e6}}};
  for (std::size_t i = 0; i < connections; ++i) {
    ConnectionAccount& c = account.connections.emplace_back();
    c.client = "client" + std::to_string(i);
    c.down.measures = {{"bytes", static_cast<double>(i)}};
    c.down.series = {
        .width = 0.2, .rate = std::vector<double>(20, 2e6), .loss = {}, .round_trip = {}, .queue = {}};
  }
  return account;
}

TEST(Dashboard, ShowsTheBusiestFirstAndFitsTheTerminal) {
  const std::string screen = dashboard(busy(20), 0, 24, 60);
  EXPECT_LT(std::ranges::count(screen, '\n'), 24);
  EXPECT_NE(screen.find("client19"), screen.npos);
  EXPECT_EQ(screen.find("client0 "), screen.npos);
  EXPECT_NE(screen.find("2.00 Mbit/s"), screen.npos);
}

TEST(Dashboard, SaysWhenPacketsWereNotCaptured) {
  EXPECT_EQ(dashboard(busy(1), 0, 24, 80).find("NOT CAPTURED"), std::string::npos);
  EXPECT_NE(dashboard(busy(1), 7, 24, 80).find("7 NOT CAPTURED"), std::string::npos);
}

TEST(Dashboard, SaysThatItWaits) {
  EXPECT_NE(dashboard({.file = "lo"}, 0, 24, 80).find("No Avocet connection yet"), std::string::npos);
}

}  // namespace
}  // namespace avocet::analysis
