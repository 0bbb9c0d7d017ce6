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

TEST(Robustness, ALongPathIsFilled) {
  EXPECT_GT(run("750 ms one way", ten_megabit(750ms), Source::greedy(), 60s).received, 9);
}

TEST(Robustness, MarksAreHeard) {
  link::LinkConfig config = ten_megabit();
  config.mark_above = 2ms;
  EXPECT_GT(run("ECN", config, Source::greedy()).received, 8.5);
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
