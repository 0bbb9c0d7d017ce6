#include "tests/unit/rate/scenarios.hpp"

namespace avocet::rate {
namespace {

struct Figures {
  double before = 0;            // target at 10 s, Mbit/s
  Duration down = 1h, up = 1h;  // from the step until the target is below 1 / above 6.5 Mbit/s
};

Figures run(const char* name, Path path, const Source& source) {
  Figures f;
  FlowConfig config;
  config.source = source;
  config.initial = DataRate::mbps(1);
  const std::size_t flow = path.add(config);
  path.watch = [&](Time t) {
    const Duration now = t.time_since_epoch();
    const double target = path.controller(flow).target_rate().mbps();
    if (now < 10s) f.before = target;
    if (now > 10s && target <= 1.05) f.down = std::min(f.down, now - 10s);
    if (now > 20s && target >= 6.5) f.up = std::min(f.up, now - 20s);
  };
  path.run(30s);
  measured(
      "8-1-8 Mbit/s, %s: target before %.2f Mbit/s, down after %.0f ms, up after %.0f ms, queue peak %.0f ms",
      name, f.before, milliseconds(f.down), milliseconds(f.up),
      milliseconds(path.wait_percentile(flow, 1, 0s, 30s)));
  EXPECT_GT(f.before, 6.0);
  EXPECT_LE(f.down, 300ms);
  return f;
}

TEST(DropAndRise, AGreedySourceIsBackWithinThreeSeconds) {
  EXPECT_LE(run("greedy", drop_and_rise(1), Source::greedy()).up, 3s);
  EXPECT_LE(run("greedy, 1 ms", drop_and_rise(1, 1ms), Source::greedy()).up, 3s);
  for (std::uint64_t seed = 1; seed <= 3; ++seed) {
    EXPECT_LE(run("greedy, jitter 5 ms", drop_and_rise(seed, 20ms, 5ms), Source::greedy()).up, 3500ms);
  }
}

TEST(DropAndRise, SegmentsOfALowRenditionFindTheCapacityToo) {
  const Source low = Source::segments(DataRate::kbps(400));
  EXPECT_LE(run("0.4 Mbit/s", drop_and_rise(1), low).up, 5s);
  EXPECT_LE(run("0.4 Mbit/s, loss 3 %", drop_and_rise(1, 20ms, 1ms, 0.03), low).up, 5s);
  for (std::uint64_t seed = 1; seed <= 3; ++seed) {
    EXPECT_LE(run("0.4 Mbit/s, jitter 5 ms", drop_and_rise(seed, 20ms, 5ms), low).up, 7s);
  }
}

TEST(DropAndRise, LiveVideoFollows) {
  EXPECT_LE(run("live", drop_and_rise(1), Source::live(DataRate::kbps(300), DataRate::mbps(6))).up, 4s);
}

}  // namespace
}  // namespace avocet::rate
