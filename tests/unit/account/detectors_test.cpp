#include "analysis/account/detectors.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <limits>

#include "analysis/metrics/capture_metrics.hpp"
#include "analysis/output/account_text.hpp"

namespace avocet::analysis {
namespace {

std::vector<std::string_view> names(const ConnectionAccount& c) {
  std::vector<std::string_view> out;
  for (const Finding& f : connection_findings(c)) out.push_back(f.detector);
  return out;
}

/// A healthy direction, with some measures replaced.
ConnectionAccount with(const Measures& changes) {
  ConnectionAccount c;
  c.down.measures = {{"packets", 10'000}, {"packetsReceived", 10'000}, {"duration", 60},       {"rate", 2e6},
                     {"ectRatio", 1},     {"roundTripMin", 0.04},      {"queueDelayP95", 0.01}};
  c.up.measures = {{"packets", 1000}, {"packetsReceived", 1000}, {"ectRatio", 1}};
  for (const auto& [name, value] : changes) {
    std::erase_if(c.down.measures, [&](const auto& m) { return m.first == name; });
    c.down.measures.push_back({name, value});
  }
  return c;
}

using Names = std::vector<std::string_view>;

TEST(Detectors, FindNothingWhereNothingIsWrong) { EXPECT_EQ(names(with({})), Names{}); }

TEST(Detectors, TellWhatIsWrongFromWhatIsNot) {
  EXPECT_EQ(names(with({{"queueDelayP95", 0.25}})), Names{"bufferbloat"});
  EXPECT_EQ(names(with({{"packetsLost", 90}, {"lossRatio", 0.009}, {"meanLossRun", 1.02}})),
            Names{"random-loss"});
  EXPECT_EQ(names(with({{"packetsLost", 90}, {"lossRatio", 0.009}, {"meanLossRun", 6}})),
            Names{"burst-loss"});
  EXPECT_EQ(names(with({{"packetsReordered", 50}})), Names{"reordering"});
  EXPECT_EQ(names(with({{"packetsDuplicated", 9'900}})), Names{"duplication"});
  EXPECT_EQ(names(with({{"longestSilence", 5}})), Names{"outage"});
  EXPECT_EQ(names(with({{"packetsMarked", 100}})), Names{"congestion-marks"});
  EXPECT_EQ(names(with({{"ectRatio", 0}})), Names{"ecn-cleared"});
}

TEST(Detectors, NameTheWeightiestFirst) {
  EXPECT_EQ(
      names(with({{"packetsReordered", 50}, {"packetsLost", 2000}, {"lossRatio", 0.2}, {"meanLossRun", 9}})),
      (Names{"burst-loss", "asymmetric-loss", "reordering"}));
}

TEST(Detectors, KnowAServerThatDoesNotAnswer) {
  ConnectionAccount c;
  c.measures = {{"hellos", 12}};
  c.up.measures = {{"packets", 12}};
  EXPECT_EQ(names(c), Names{"no-answer"});
}

TEST(CaptureMetrics, HaveEachANameOfItsOwnAUnitAndAMeaning) {
  for (const metrics::Metric& m : metrics::capture_metrics) {
    EXPECT_EQ(metrics::find_capture_metric(m.name), &m) << m.name;
    EXPECT_FALSE(m.unit.empty() || m.meaning.empty()) << m.name;
  }
}

TEST(SmallGraph, ScalesToTheHighestAndKeepsPeaks) {
  EXPECT_EQ(small_graph({0, 4, 8, std::numeric_limits<double>::quiet_NaN()}, 10), "▁▅█ ");
  EXPECT_EQ(small_graph({0, 0, 8, 0, 0, 0}, 3), "▁█▁");
}

}  // namespace
}  // namespace avocet::analysis
