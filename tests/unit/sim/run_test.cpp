#include "sim/adapter/run.hpp"

#include <gtest/gtest.h>

#include "sim/experiment/capacity.hpp"
#include "sim/experiment/scenario_file.hpp"
#include "sim/record/summary.hpp"

namespace avocet::sim {
namespace {

Experiment shipped(const std::string& name, Settings settings) {
  auto read = read_scenario(std::string(AVOCET_SCENARIOS) + "/" + name + ".toml", settings);
  EXPECT_TRUE(read) << read.error().front().message;
  return std::move(*read);
}

TEST(Run, GivesTheSameBytesForTheSameSeed) {
  const Experiment experiment = shipped("rfc8867-5.1", {{"length", "5s"}, {"loss", "2%"}});
  const auto hash = [&](std::uint64_t seed) { return run(experiment, {.seed = seed}).hash; };
  EXPECT_EQ(hash(7), hash(7));
  EXPECT_NE(hash(7), hash(8));
}

TEST(Run, LosesWhatTheScenarioSaysAndRepairsIt) {
  const Experiment experiment = shipped("rfc8867-5.1", {{"length", "30s"}, {"loss", "3%"}, {"scale", "10"}});
  const RunResult result = run(experiment, {.seed = 3});
  const FlowSummary s = summarize(result.flows[0], [](Duration) { return DataRate::mbps(10); }, {});
  EXPECT_NEAR(s.loss_before_repair, 0.03, 0.01);
  EXPECT_GT(s.frames_sent, 800u);
  EXPECT_LT(s.loss_after_repair, 0.05) << "unrepaired, each loss would take the rest of its group along";
}

TEST(Run, GivesEveryKindOfFlowItsWay) {
  const Experiment experiment = shipped("rfc8867-5.7", {{"length", "20s"}});
  const RunResult result = run(experiment, {.seed = 1});
  ASSERT_EQ(result.flows.size(), 12u);
  std::size_t bytes = 0;
  for (const FlowRecord& flow : result.flows) {
    for (const auto& received : flow.received) bytes += received.size;
  }
  EXPECT_GT(bytes, 10u * 30'000u) << "ten senders of short transfers, with ten seconds between them";
  EXPECT_GT(result.flows[0].frames_delivered.size(), 100u);
}

TEST(Run, MarksInsteadOfDroppingWhereTheQueueDoes) {
  const Experiment experiment = shipped("rfc8867-6.2", {{"length", "20s"}});
  const RunResult result = run(experiment, {.seed = 1});
  EXPECT_GT(result.flows[0].frames_delivered.size(), 400u);
}

TEST(Run, LeavesOnlyAtATracesOpportunities) {
  const Experiment experiment = shipped("mahimahi", {{"length", "10s"}});
  const RunResult result = run(experiment, {.seed = 1});
  const link::Trace& trace = *experiment.links[0].forward.trace;
  ASSERT_GT(result.flows[0].served.size(), 500u);
  DataSize sent;
  for (const auto& packet : result.flows[0].served)
    sent += DataSize::bytes(static_cast<std::int64_t>(packet.size));
  EXPECT_LE(sent, trace.capacity(0s, 10s));
  EXPECT_GT(result.flows[0].frames_delivered.size(), 100u);
}

TEST(Run, DrawsAnotherCellularTraceForEachSeed) {
  const auto lines = [](std::uint64_t seed) {
    Experiment experiment = shipped("cellular-lte", {});
    draw_traces(experiment, seed);
    EXPECT_NE(experiment.links[0].forward.trace->lines(), experiment.links[0].back.trace->lines());
    return experiment.links[0].forward.trace->lines();
  };
  EXPECT_EQ(lines(1), lines(1));
  EXPECT_NE(lines(1), lines(2));
}

}  // namespace
}  // namespace avocet::sim
