#include "sim/link/text.hpp"

#include <gtest/gtest.h>

namespace avocet::link {
namespace {

template <class T>
void expect_error(const Parsed<T>& parsed, std::string_view mention) {
  ASSERT_FALSE(parsed.has_value());
  EXPECT_NE(parsed.error().find(mention), std::string::npos) << parsed.error();
  EXPECT_NE(parsed.error().find("expected"), std::string::npos) << parsed.error();
}

TEST(LinkText, Durations) {
  EXPECT_EQ(parse_duration("25ms"), 25ms);
  EXPECT_EQ(parse_duration("1.5s"), 1500ms);
  EXPECT_EQ(parse_duration("300us"), 300us);
  EXPECT_EQ(parse_duration("0s"), 0s);
  EXPECT_EQ(parse_duration("3600000s"), 1000h);
  for (const char* bad :
       {"", "25", "ms", "25 ms", " 25ms", "25ms ", "-1s", "+1s", "1e3s", ".5s", "1.s", "1..5s", "25MS",
        "infs", "nans", "0x10ms", "3600001s", "99999999999999999999s", "1h"}) {
    SCOPED_TRACE(bad);
    expect_error(parse_duration(bad), "25ms");
  }
}

TEST(LinkText, Percentages) {
  EXPECT_EQ(parse_percentage("2%"), 0.02);
  EXPECT_EQ(parse_percentage("0%"), 0.0);
  EXPECT_EQ(parse_percentage("100%"), 1.0);
  for (const char* bad : {"", "2", "0.02", "%", "101%", "-2%", "2 %", "2%%"}) {
    SCOPED_TRACE(bad);
    expect_error(parse_percentage(bad), "0% to 100%");
  }
}

TEST(LinkText, Rates) {
  EXPECT_EQ(parse_rate("8mbit"), DataRate::mbps(8));
  EXPECT_EQ(parse_rate("800kbit"), DataRate::kbps(800));
  EXPECT_EQ(parse_rate("0.8mbit"), DataRate::kbps(800));
  EXPECT_EQ(parse_rate("1gbit"), DataRate::mbps(1000));
  EXPECT_EQ(parse_rate("9600bit"), DataRate::bps(9600));
  EXPECT_EQ(parse_rate("0bit"), DataRate::zero()) << "an outage";
  for (const char* bad : {"", "8", "8Mbit", "8mbps", "8m", "mbit", "1001gbit"}) {
    SCOPED_TRACE(bad);
    expect_error(parse_rate(bad), "8mbit");
  }
}

TEST(LinkText, RateSteps) {
  const std::vector<RateStep> one{{0s, DataRate::mbps(8)}};
  EXPECT_EQ(parse_rate_steps("8mbit"), one);
  EXPECT_EQ(parse_rate_steps("8mbit@0s"), one);
  const std::vector<RateStep> three{
      {0s, DataRate::mbps(8)}, {10s, DataRate::mbps(1)}, {20s, DataRate::mbps(8)}};
  EXPECT_EQ(parse_rate_steps("8mbit@0s,1mbit@10s,8mbit@20s"), three);
  expect_error(parse_rate_steps("8mbit@1s"), "first step at 0s");
  expect_error(parse_rate_steps("8mbit@0s,1mbit@5s,2mbit@5s"), "'2mbit@5s'");
  expect_error(parse_rate_steps("8mbit@0s,1mbit"), "after the previous");
  expect_error(parse_rate_steps("8mbit@0s,"), "''");
  expect_error(parse_rate_steps("8mbit@"), "25ms");
  expect_error(parse_rate_steps(""), "8mbit");
}

TEST(LinkText, Losses) {
  EXPECT_EQ(parse_loss("2%"), Loss::bernoulli(0.02));
  EXPECT_EQ(parse_loss("ge:2%:80%"), (Loss{.to_bad = 0.02, .to_good = 0.8, .in_good = 0, .in_bad = 1}));
  EXPECT_EQ(parse_loss("ge:2%:80%:50%:1%"),
            (Loss{.to_bad = 0.02, .to_good = 0.8, .in_good = 0.01, .in_bad = 0.5}));
  expect_error(parse_loss("0.02"), "2%");
  expect_error(parse_loss("ge:2%"), "TO_GOOD");
  expect_error(parse_loss("ge:2%:80%:1%:1%:1%"), "TO_GOOD");
  expect_error(parse_loss("ge:2%:0%"), "never leave");
  expect_error(parse_loss("ge:2:80%"), "'2'");
  expect_error(parse_loss("ge:"), "TO_GOOD");
}

TEST(LinkText, LossSteps) {
  const std::vector<LossStep> two{{0s, Loss::none()}, {20s, Loss{.to_bad = 0.02, .to_good = 0.8}}};
  EXPECT_EQ(parse_loss_steps("0%@0s,ge:2%:80%@20s"), two);
  EXPECT_EQ(parse_loss_steps("3%"), (std::vector<LossStep>{{0s, Loss::bernoulli(0.03)}}));
  expect_error(parse_loss_steps("3%@1s"), "first step at 0s");
  expect_error(parse_loss_steps("0%,3%"), "after the previous");
}

TEST(LinkText, ReorderAndBlackholes) {
  EXPECT_EQ(parse_reorder("1%"), (Reorder{0.01, 10ms}));
  EXPECT_EQ(parse_reorder("1%:20ms"), (Reorder{0.01, 20ms}));
  expect_error(parse_reorder("1%:20"), "'20'");
  const std::vector<Blackhole> two{{5s, 7s}, {20s, 21s}};
  EXPECT_EQ(parse_blackholes("5s-7s,20s-21s"), two);
  expect_error(parse_blackholes("5s"), "FROM-UNTIL");
  expect_error(parse_blackholes("7s-5s"), "end after");
  expect_error(parse_blackholes("5s-7s,6s-8s"), "after the previous");
}

TEST(LinkText, Times) {
  const std::vector<Duration> two{4s, 8500ms};
  EXPECT_EQ(parse_times("4s,8.5s"), two);
  expect_error(parse_times("4s,4s"), "later");
  expect_error(parse_times("4s,"), "25ms");
}

}  // namespace
}  // namespace avocet::link
