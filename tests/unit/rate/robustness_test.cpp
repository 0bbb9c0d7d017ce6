#include "tests/unit/rate/scenarios.hpp"

namespace avocet::rate {
namespace {

struct Figures {
  double received = 0, p95 = 0, lost = 0;
};

/// The second half of 20 s (or `length`).
Figures run(const char* name, const link::LinkConfig& there, const Source& source, Duration length = 20s) {
  link::LinkConfig back;
  back.delay = there.delay;
  Path path(there, back, 1);
  FlowConfig config;
  config.source = source;
  config.initial = DataRate::mbps(1);
  const std::size_t flow = path.add(config);
  path.run(length);
  const auto& packets = path.packets(flow);
  Figures f{path.mean_rate(flow, length / 2, length).mbps(),
            milliseconds(path.wait_percentile(flow, 0.95, length / 2, length)),
            static_cast<double>(packets.lost()) / static_cast<double>(packets.next().value)};
  measured("%s: %.2f Mbit/s, queue p95 %.1f ms, lost %.1f %%", name, f.received, f.p95, f.lost * 100);
  return f;
}

link::LinkConfig ten_megabit(Duration delay = 15ms) {
  link::LinkConfig config;
  config.delay = delay;
  config.rate = {{0s, DataRate::mbps(10)}};
  return config;
}

TEST(Robustness, AShortQueueIsFilledWithoutMuchLoss) {
  for (const Duration queue : {Duration(30ms), Duration(10ms), Duration(4ms)}) {
    link::LinkConfig config = ten_megabit();
    config.queue = queue;
    const Figures f = run("a short queue", config, Source::greedy());
    EXPECT_GT(f.received, 9.2);
    EXPECT_LT(f.lost, 0.06);
  }
}

TEST(Robustness, StrongJitterIsNoQueue) {
  link::LinkConfig config = ten_megabit(40ms);
  config.jitter = 10ms;
  EXPECT_GT(run("jitter 10 ms", config, Source::greedy()).received, 7);
}

TEST(Robustness, LossInBurstsIsNoCongestion) {
  link::LinkConfig config = ten_megabit(50ms);
  config.loss = {.to_bad = 0.03, .to_good = 0.8, .in_good = 0.02, .in_bad = 0.5};
  EXPECT_GT(run("Gilbert-Elliott loss", config, Source::greedy()).received, 8.8);
}

TEST(Robustness, ReorderingIsNoLoss) {
  link::LinkConfig config = ten_megabit();
  config.reorder = {0.05, 10ms};
  const Figures f = run("reordering", config, Source::greedy());
  EXPECT_GT(f.received, 9.2);
  EXPECT_LT(f.lost, 0.005);
}

TEST(Robustness, AnOutageIsSoonForgotten) {
  link::LinkConfig config = ten_megabit();
  config.blackholes = {{5s, 8s}};
  EXPECT_GT(run("an outage of 3 s", config, Source::greedy()).received, 9);
}

/// As on a phone: the link stands still for a moment, keeps what is sent, and brings it late.
TEST(Robustness, PausesOfTheLinkAreSoonForgotten) {
  link::LinkConfig config = ten_megabit(20ms);
  config.queue = 1s;
  config.rate.clear();
  for (Duration t{}; t < 40s; t += 3s) {
    config.rate.push_back({t, DataRate::mbps(4)});
    config.rate.push_back({t + 2600ms, DataRate::kbps(1)});
  }
  const Figures f =
      run("pauses of 400 ms", config, Source::live(DataRate::mbps(0.15), DataRate::mbps(4)), 40s);
  EXPECT_GT(f.received, 2.2);
}

TEST(Robustness, ALongPathIsFilled) {
  EXPECT_GT(run("750 ms one way", ten_megabit(750ms), Source::greedy(), 60s).received, 9);
}

TEST(Robustness, MarksAreHeard) {
  link::LinkConfig config = ten_megabit();
  config.mark_above = 2ms;
  EXPECT_GT(run("ECN", config, Source::greedy()).received, 8.5);
}

/// RFC 8867 section 5.1 with a queue that marks what waits longer than 5 ms: less than one key frame.
TEST(Robustness, MarksOfAShallowQueueLeaveThePathFull) {
  double used = 0;
  for (std::uint64_t seed = 1; seed <= 3; ++seed) {
    link::LinkConfig there, back;
    there.delay = back.delay = 50ms;
    there.jitter = back.jitter = 5ms;
    there.rate = {{0s, DataRate::mbps(1)}, {40s, DataRate::mbps(2.5)}, {60s, DataRate::mbps(0.6)}};
    there.mark_above = 5ms;
    Path path(there, back, seed);
    FlowConfig config;
    config.source = Source::live(DataRate::kbps(150), DataRate::mbps(1.5));
    path.add(config);
    path.run(80s);
    used += path.utilisation(0, 2s, 80s, DataRate::mbps(1.5)) / 3;
  }
  measured("marks above 5 ms: utilisation %.3f", used);
  EXPECT_GT(used, 0.97);
}

/// Others crowd the path for a moment, again and again: as soon as they are gone its rate is taken up again.
TEST(Robustness, WhatCrowdsThePathForAMomentIsForgotten) {
  double used = 0;
  for (std::uint64_t seed = 1; seed <= 3; ++seed) {
    link::LinkConfig there, back;
    there.delay = back.delay = 50ms;
    there.jitter = back.jitter = 5ms;
    for (int i = 0; i < 20; ++i) {
      there.rate.push_back({i * 3s, DataRate::mbps(2)});
      there.rate.push_back({i * 3s + 2700ms, DataRate::mbps(0.7)});
    }
    Path path(there, back, seed);
    FlowConfig config;
    config.source = Source::live(DataRate::kbps(150), DataRate::mbps(3));
    path.add(config);
    path.run(60s);
    used += path.utilisation(0, 10s, 60s) / 3;
  }
  measured("crowded for 0.3 s every 3 s: utilisation %.3f", used);
  EXPECT_GT(used, 0.75);
}

TEST(Robustness, AFreePathIsFoundWithLittlePadding) {
  link::LinkConfig config;
  config.delay = 20ms;
  const Figures f = run("no bottleneck", config, Source::segments(DataRate::mbps(2.5)));
  EXPECT_GT(f.received, 2.5);
  EXPECT_LT(f.received, 2.9);
}

}  // namespace
}  // namespace avocet::rate
