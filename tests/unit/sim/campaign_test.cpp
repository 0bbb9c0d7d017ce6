#include <gtest/gtest.h>

#include <cmath>
#include <filesystem>
#include <fstream>
#include <limits>

#include "sim/campaign/comparison.hpp"
#include "sim/campaign/pages.hpp"
#include "sim/campaign/plan.hpp"
#include "sim/campaign/results.hpp"

namespace avocet::sim {
namespace {

nlohmann::json summary(double utilization, nlohmann::json step) {
  return {{"hash", "00"},
          {"flows",
           {{{"name", "media"},
             {"utilization", utilization},
             {"queueDelay", {{"p95", 0.03}}},
             {"stepTimes", {step}}}}},
          {"fairness", {{"1s", 0.9}}}};
}

Results campaign(double better_by) {
  Results results;
  for (std::uint64_t seed = 1; seed <= 8; ++seed) {
    results.add({"one", {{"loss", "1%"}}}, seed, summary(0.8 + 0.01 * double(seed) + better_by, 2.0));
  }
  return results;
}

TEST(Plan, ReadsSeedsAndAxes) {
  EXPECT_EQ(*parse_seeds("1..4"), (std::vector<std::uint64_t>{1, 2, 3, 4}));
  EXPECT_EQ(*parse_seeds("7,1..2,2"), (std::vector<std::uint64_t>{1, 2, 7}));
  for (const char* wrong : {"", "x", "3..1", "1..", "1..2..3"}) EXPECT_FALSE(parse_seeds(wrong)) << wrong;
  EXPECT_EQ(parse_axis("loss=0,1%,5%")->values, (std::vector<std::string>{"0", "1%", "5%"}));
  for (const char* wrong : {"loss", "=1%", "loss=", "loss=1%,"}) EXPECT_FALSE(parse_axis(wrong)) << wrong;
}

TEST(Plan, CombinesAllAndGivesEachItsFolder) {
  const auto points = points_of({"a-5.1", "dir/b.toml"}, {{"loss", {"0", "1%"}}, {"scale", {"1", "10"}}});
  ASSERT_EQ(points.size(), 8u);
  EXPECT_EQ(points[1].folder(), "a-5.1/loss=0,scale=10");
  EXPECT_EQ(points[7].folder(), "own-b/loss=1%,scale=10");
  EXPECT_EQ((Point{"a", {{"trace", "x/y"}}}).folder(), "a/trace=x_y");
  EXPECT_EQ(shell_word("it's"), "'it'\\''s'");
  EXPECT_EQ(shell_word("loss=ge:3%:80%"), "loss=ge:3%:80%");
}

TEST(Results, TakeMediansAndPercentilesOverSeeds) {
  const Results results = campaign(0);
  const FlowResults* media = results.find({"one", {{"loss", "1%"}}}, "media");
  ASSERT_NE(media, nullptr);
  EXPECT_NEAR(media->figures.at("utilization").median(), 0.845, 1e-9);
  EXPECT_NEAR(media->figures.at("utilization").p5(), 0.8135, 1e-9);
  EXPECT_EQ(media->figures.at("queueDelay.p95").p95(), 0.03);
}

TEST(Results, SpeakOfFairnessWhereThereAreSeveralFlows) {
  const Point point{"one", {}};
  Results results;
  nlohmann::json run = summary(1, 2.0);
  results.add(point, 1, run);
  EXPECT_FALSE(results.find(point, "all")->figures.contains("fairness.1s"));
  run["flows"].push_back({{"name", "another"}});
  results.add(point, 2, run);
  EXPECT_NEAR(results.find(point, "all")->figures.at("fairness.1s").median(), 0.9, 1e-9);
}

TEST(Results, CountAStepThatWasNeverReachedAsTheWorst) {
  Results results;
  results.add({"one", {}}, 1, summary(1, 2.0));
  results.add({"one", {}}, 2, summary(1, nullptr));
  results.add({"one", {}}, 3, summary(1, nullptr));
  EXPECT_TRUE(std::isinf(results.flows()[0].figures.at("stepTimes.0").median()));
  EXPECT_NE(results_text(results).find("never"), std::string::npos);
  EXPECT_FALSE(results.add({"one", {}}, 4, nlohmann::json::object()));
}

TEST(Results, ComeBackFromTheirFile) {
  const auto folder = std::filesystem::path(testing::TempDir()) / "avocet-campaign";
  std::filesystem::create_directories(folder);
  std::ofstream(folder / "sweep.json") << campaign(0).to_json();
  const auto read = Results::read(folder);
  ASSERT_TRUE(read) << read.error();
  EXPECT_EQ(read->to_json(), campaign(0).to_json());
  EXPECT_NE(read->to_csv().find("one,loss=1%,media,utilization,8,0.845"), std::string::npos)
      << read->to_csv();
  EXPECT_FALSE(Results::read(folder / "nowhere"));
}

TEST(Comparison, TellsMoreThanChanceOnly) {
  const auto same = compare(campaign(0), campaign(0));
  EXPECT_TRUE(std::ranges::none_of(same, &Difference::clear));
  const auto better = compare(campaign(0), campaign(0.05));
  const auto found =
      std::ranges::find_if(better, [](const Difference& d) { return d.shown.figure == "utilization"; });
  ASSERT_NE(found, better.end());
  EXPECT_TRUE(found->clear());
  EXPECT_EQ(found->better, 8u);
  EXPECT_NEAR(found->chance, 2.0 / 256, 1e-9);
  EXPECT_NE(comparison_text(better).find("84.5 → 89.5 %"), std::string::npos);
  EXPECT_NE(comparison_text(better).find("better with 8 of 8 seeds"), std::string::npos);
}

TEST(Comparison, LetsCampaignsDifferInASettingThatEachSharesThroughout) {
  Results slow, fast;
  slow.add({"one", {{"delay", "50ms"}, {"loss", "0"}}}, 1, summary(0.8, 1.0));
  slow.add({"one", {{"delay", "50ms"}, {"loss", "5%"}}}, 1, summary(0.6, 1.0));
  fast.add({"one", {{"delay", "5ms"}, {"loss", "0"}}}, 1, summary(0.9, 1.0));
  fast.add({"one", {{"delay", "5ms"}, {"loss", "5%"}}}, 1, summary(0.7, 1.0));
  const auto differences = compare(slow, fast);
  ASSERT_EQ(differences.size(), 6u);
  EXPECT_NEAR(differences[3].before, 0.6, 1e-9);
  EXPECT_NEAR(differences[3].after, 0.7, 1e-9);
}

}  // namespace
}  // namespace avocet::sim
