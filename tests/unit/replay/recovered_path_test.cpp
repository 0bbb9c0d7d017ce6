#include "analysis/replay/recovered_path.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <functional>
#include <random>

#include "analysis/replay/recovered_loss.hpp"
#include "analysis/replay/recovered_session.hpp"
#include "analysis/replay/scenario_text.hpp"

namespace avocet::analysis {
namespace {

constexpr double delay = 0.04;

/// Packets of many sizes, 30 times a second, through a link of that rate for `seconds`.
struct Drive {
  std::function<double(double)> rate = [](double) { return 1e6; };
  double seconds = 20, jitter = 0, share = 1;  // of the rate that is sent
  double room = 10;                            // s in the queue

  std::vector<Passage> operator()() const {
    std::mt19937 random(1);
    std::normal_distribution<double> noise(0, 1);
    std::uniform_real_distribution<double> size(60, 1400);
    std::vector<Passage> out;
    double free_at = 0, latest = 0, due = 0;
    for (double t = 0; t < seconds; t += 1.0 / 30) {
      due += rate(t) * share / 30;
      for (double bits = size(random) * 8; due >= bits; due -= bits, bits = size(random) * 8) {
        Passage p{.sent = t, .bits = bits, .arrived = free_at - t < room};
        if (p.arrived) {
          free_at = std::max(t, free_at) + bits / rate(std::max(t, free_at));
          latest = std::max(latest, free_at + delay + std::clamp(noise(random), -3.0, 3.0) * jitter);
          p.received = latest;
        }
        out.push_back(p);
      }
    }
    return out;
  }
};

double rate_at(const RecoveredPath& path, double at) {
  double out = 0;
  for (const auto& step : path.capacity) {
    if (step.at <= at) out = step.rate;
  }
  return out;
}

TEST(RecoveredPath, FindsRateDelayAndTheTimeOfAStep) {
  for (const double jitter : {0.0, 0.004}) {
    const auto path = recover_path(
        Drive{.rate = [](double t) { return t < 10 ? 1e6 : 4e5; }, .jitter = jitter, .share = 0.9}());
    EXPECT_NEAR(rate_at(path, 5), 1e6, 5e4) << jitter;
    EXPECT_NEAR(rate_at(path, 15), 4e5, 3e4) << jitter;
    EXPECT_NEAR(rate_at(path, 9), 1e6, 1e5) << jitter;
    EXPECT_NEAR(path.delay, delay, jitter > 0 ? 0.004 : 0.02)
        << jitter;  // a first packet's serialisation is in it
    EXPECT_NEAR(path.jitter, jitter, 0.002) << jitter;
    EXPECT_GT(path.known_share, 0.9) << jitter;
    EXPECT_EQ(path.loss, 0) << jitter;
  }
}

TEST(RecoveredPath, ClaimsNoCapacityThatNothingFilled) {
  Drive drive{.rate = [](double) { return 1e9; }, .share = 1e-3};
  const auto path = recover_path(drive());
  EXPECT_TRUE(std::ranges::none_of(path.capacity, &RecoveredPath::Step::known));
  EXPECT_EQ(path.known_share, 0);
  const std::string text = scenario_text({.down = path, .length = 20, .mean_rate = 1e6}, "x.pcap", "replay");
  EXPECT_NE(text.find("LOWER BOUND throughout"), text.npos) << text;
}

TEST(RecoveredPath, TellsLossOfTheMediumFromAFullQueueAndFromAnOutage) {
  auto random = Drive{}();
  for (std::size_t i = 50; i < random.size(); i += 50) random[i].arrived = false;
  EXPECT_NEAR(recover_path(random).loss, 0.02, 0.002);
  EXPECT_EQ(recover_path(random).queue, 0);

  const auto full = recover_path(Drive{.share = 1.3, .room = 0.3}());
  EXPECT_NEAR(full.queue, 0.3, 0.03);
  EXPECT_LT(full.loss, 0.002);

  auto outage = Drive{}();
  for (Passage& p : outage) {
    if (p.sent >= 5 && p.sent < 7) p.arrived = false;
  }
  const auto path = recover_path(outage);
  ASSERT_EQ(path.outages.size(), 1u);
  EXPECT_NEAR(path.outages[0].from, 5, 0.05);
  EXPECT_NEAR(path.outages[0].until, 7, 0.05);
  EXPECT_EQ(path.loss, 0);
}

/// The losses alone, of packets that never waited.
RecoveredPath losses_of(const std::vector<Passage>& passages) {
  RecoveredPath path;
  recover_loss(passages, std::vector<double>(passages.size()), path);
  return path;
}

TEST(RecoveredPath, FindsWhenLossChanged) {
  for (const std::uint64_t seed : {1, 2, 3, 4, 5}) {
    std::mt19937_64 random(seed);
    auto steps = Drive{.seconds = 60}();
    for (Passage& p : steps) {
      const double share = p.sent < 20 ? 0.005 : p.sent < 40 ? 0.05 : 0;
      p.arrived = std::bernoulli_distribution(1 - share)(random);
    }
    const auto path = losses_of(steps);
    ASSERT_EQ(path.losses.size(), 3u) << seed;
    EXPECT_NEAR(path.losses[1].at, 20, 1) << seed;
    EXPECT_NEAR(path.losses[2].at, 40, 1) << seed;
    EXPECT_NEAR(path.losses[1].share, 0.05, 0.015) << seed;
    const std::string text =
        scenario_text({.down = path, .length = 60, .mean_rate = 1e6}, "x.pcap", "replay");
    EXPECT_NE(text.find("loss = \"0."), text.npos) << text;
    EXPECT_NE(text.find("%@0.0s,"), text.npos) << text;
  }
}

TEST(RecoveredPath, TakesChanceForNoChangeOfLoss) {
  for (std::uint64_t seed = 1; seed <= 20; ++seed) {
    std::mt19937_64 random(seed);
    auto steady = Drive{.seconds = 60}();
    bool bad = false;
    for (Passage& p : steady) {  // one by one with even seeds, else in runs of two
      bad = std::bernoulli_distribution(seed % 2 == 0 ? 0.03 : bad ? 0.5 : 0.015)(random);
      p.arrived = !bad;
    }
    EXPECT_EQ(losses_of(steady).losses.size(), 1u) << seed;
  }
}

TEST(RecoveredPath, IsEmptyWithoutArrivals) {
  EXPECT_TRUE(recover_path({}).capacity.empty());
  EXPECT_TRUE(recover_path({{.sent = 1, .bits = 8000}}).capacity.empty());
}

}  // namespace
}  // namespace avocet::analysis
