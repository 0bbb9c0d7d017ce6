#include "sim/experiment/scenario_file.hpp"

#include <gtest/gtest.h>

namespace avocet::sim {
namespace {

constexpr std::string_view small = R"(
title = "Small"
length = "20s"

[settings]
loss = "1%"

[[link]]
name = "bottleneck"
between = ["left", "right"]
delay = "50ms"
forward = { rate = "1mbit@0s,2mbit@10s", loss = "$loss" }

[[flow]]
name = "media"
from = "left"
to = "right"
start = "1s"
)";

std::string with(std::string_view text, std::string_view from, std::string_view to) {
  std::string out(text);
  return out.replace(out.find(from), from.size(), to);
}

std::string error_of(std::string_view text, const Settings& overrides = {}) {
  const auto read = parse_scenario(text, "small.toml", overrides);
  return read ? "it was read" : read.error().front().message;
}

TEST(ScenarioFile, IsReadAsWritten) {
  const auto read = parse_scenario(small, "small.toml", {});
  ASSERT_TRUE(read) << read.error().front().message;
  EXPECT_EQ(read->length, 20s);
  ASSERT_EQ(read->links.size(), 1u);
  const Link& link = read->links[0];
  EXPECT_EQ(link.forward.path.delay, 50ms);
  EXPECT_EQ(link.back.path.delay, 50ms) << "both directions, unless one says something else";
  EXPECT_EQ(link.forward.path.rate.size(), 2u);
  EXPECT_TRUE(link.back.path.rate.empty());
  EXPECT_DOUBLE_EQ(link.forward.path.loss.mean(), 0.01);
  EXPECT_DOUBLE_EQ(link.back.path.loss.mean(), 0);
  EXPECT_EQ(read->flows[0].start, 1s);
  EXPECT_EQ(read->flows[0].stop, 20s);
}

TEST(ScenarioFile, TakesStepsOfLoss) {
  const auto read = parse_scenario(small, "small.toml", {{"loss", "1%@0s,5%@10s"}});
  ASSERT_TRUE(read) << read.error().front().message;
  const link::LinkConfig& forward = read->links[0].forward.path;
  EXPECT_DOUBLE_EQ(forward.loss.mean(), 0.01);
  EXPECT_EQ(forward.later_loss, (std::vector<link::LossStep>{{10s, link::Loss::bernoulli(0.05)}}));
  EXPECT_TRUE(read->links[0].back.path.later_loss.empty());
}

TEST(ScenarioFile, TakesSettingsFromOutside) {
  const auto read = parse_scenario(small, "small.toml", {{"loss", "5%"}, {"scale", "10"}, {"length", "5s"}});
  ASSERT_TRUE(read) << read.error().front().message;
  EXPECT_DOUBLE_EQ(read->links[0].forward.path.loss.mean(), 0.05);
  EXPECT_EQ(read->links[0].forward.path.rate[1].rate, DataRate::mbps(20));
  EXPECT_EQ(read->flows[0].media.encoder.most, DataRate::mbps(15));
  EXPECT_EQ(read->length, 5s);
  EXPECT_EQ(read->flows[0].stop, 5s);
  const auto longer = parse_scenario(small, "small.toml", {{"length", "50s"}});
  ASSERT_TRUE(longer) << longer.error().front().message;
  EXPECT_EQ(longer->length, 50s);
  EXPECT_EQ(longer->flows[0].stop, 50s) << "a flow without a stop goes on to the end";
}

TEST(ScenarioFile, SaysWhereItIsWrongAndWhatWasExpected) {
  EXPECT_EQ(error_of(with(small, "start =", "strat =")).substr(0, 63),
            "small.toml:18: flow.strat is not a key that this version knows;");
  EXPECT_EQ(
      error_of(with(small, "\"50ms\"", "50")),
      "small.toml:11: link.delay is a number without a unit; wanted is a string such as \"50ms\", \"1mbit\" "
      "or \"5%\"");
  EXPECT_EQ(error_of(with(small, "$loss", "$los")),
            "small.toml:12: link.forward.loss stands for the setting 'los', which [settings] does not have");
  EXPECT_EQ(error_of(with(small, "to = \"right\"", "to = \"wrong\"")),
            "small.toml: flow 'media' begins or ends at 'wrong', which no link joins");
  EXPECT_EQ(error_of(small, {{"delay", "1ms"}}),
            "--set delay=1ms: small.toml has no setting of that name; it has length, loss, scale");
  EXPECT_EQ(error_of("title = ").substr(0, 13), "small.toml:1:");
}

TEST(ScenarioFile, SaysOneCapacityForALink) {
  const auto cellular =
      with(small, "rate = \"1mbit@0s,2mbit@10s\"", "cellular = { like = \"lte\", mean = \"3mbit\" }");
  const auto read = parse_scenario(cellular, "small.toml", {{"scale", "2"}});
  ASSERT_TRUE(read) << read.error().front().message;
  EXPECT_EQ(read->links[0].forward.cellular->mean, DataRate::mbps(6));
  EXPECT_TRUE(read->links[0].forward.limited());
  EXPECT_FALSE(read->links[0].back.limited());
  EXPECT_EQ(error_of(with(cellular, "loss = \"$loss\"", "rate = \"1mbit\"")),
            "small.toml:12: link.forward.cellular and another capacity for the same link");
  EXPECT_EQ(error_of(with(cellular, "lte", "gprs")),
            "small.toml:12: link.forward.cellular.like is 'gprs'; known are lte and umts");
  EXPECT_EQ(error_of(with(cellular, "cellular = { like = \"lte\", mean = \"3mbit\" }", "trace = \"no\"")),
            "small.toml:12: link.forward.trace 'no' cannot be read");
}

TEST(ScenarioFile, RepeatsAFlowAndReadsTheRest) {
  const auto flow = with(small, "start = \"1s\"", "count = 3\nnew_port = \"1s,6s\"\nnew_address = \"2s\"");
  const auto rest =
      with(flow, "loss = \"$loss\"", "mtu = \"1300B\", ecn_path = \"cleared\", longest_burst = 3");
  const auto read = parse_scenario(rest, "small.toml", {});
  ASSERT_TRUE(read) << read.error().front().message;
  ASSERT_EQ(read->flows.size(), 3u);
  EXPECT_EQ(read->flows[2].name, "media-3");
  EXPECT_EQ(read->flows[0].media.new_port, (std::vector<Duration>{1s, 6s}));
  EXPECT_EQ(read->links[0].forward.path.largest, 1300u);
  EXPECT_EQ(read->links[0].forward.path.longest_burst, 3u);
  EXPECT_EQ(read->links[0].forward.path.ecn, link::EcnPath::cleared);
  EXPECT_EQ(
      error_of(with(rest, "1300B", "1300")),
      "small.toml:12: link.forward.mtu '1300': expected bytes with their unit, such as 1400B, 30kB or 2MB");
  EXPECT_EQ(
      error_of(with(small, "loss = \"$loss\"", "l4s_above = \"1ms\"")),
      "small.toml:12: link.forward.l4s_above needs discipline = \"codel\" or \"fq-codel\", and ecn = true");
}

TEST(ScenarioFile, PutsNodesOnTheAir) {
  const std::string cell = std::string(small) +
                           "[[wifi]]\nname = \"home\"\naccess_point = \"right\"\nstations = [\"phone\"]\n"
                           "radius = \"7m\"\n";
  const auto read = parse_scenario(with(cell, "to = \"right\"", "to = \"phone\""), "small.toml", {});
  ASSERT_TRUE(read) << read.error().front().message;
  EXPECT_EQ(read->wifis[0].radius, 7);
  EXPECT_EQ(error_of(with(cell, "7m", "7")),
            "small.toml:23: wifi.radius '7': expected a distance of up to 1000m, such as 5m");
}

TEST(ScenarioFile, HasLteCells) {
  const std::string cell = std::string(small) +
                           "[[lte]]\nname = \"cell\"\ngateway = \"right\"\nphones = [\"phone\"]\n"
                           "resource_blocks = \"15\"\nspeed = \"1.5m/s\"\n";
  const std::string to_phone = with(cell, "to = \"right\"", "to = \"phone\"");
  const auto read = parse_scenario(to_phone, "small.toml", {});
  ASSERT_TRUE(read) << read.error().front().message;
  EXPECT_EQ(read->ltes[0].resource_blocks, 15);
  EXPECT_EQ(error_of(with(cell, "\"15\"", "\"16\"")),
            "small.toml:23: lte.resource_blocks must be 6, 15, 25, 50, 75 or 100");
  EXPECT_EQ(error_of(with(cell, "1.5m/s", "1.5")),
            "small.toml:24: lte.speed '1.5': expected a speed of up to 100m/s, such as 1.5m/s");
}

TEST(ScenarioFile, OfEveryShippedExperimentIsRight) {
  std::size_t read = 0;
  for (const auto& entry : std::filesystem::directory_iterator(AVOCET_SCENARIOS)) {
    if (entry.path().extension() != ".toml") continue;
    const auto scenario = read_scenario(entry.path(), {{"scale", "10"}});
    EXPECT_TRUE(scenario) << scenario.error().front().message;
    ++read;
  }
  EXPECT_GE(read, 31u);
}

}  // namespace
}  // namespace avocet::sim
