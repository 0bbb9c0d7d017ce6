#include "tests/unit/rate/scenarios.hpp"

namespace avocet::rate {
namespace {

double jain(const std::vector<double>& shares) {
  double sum = 0, squares = 0;
  for (const double s : shares) sum += s, squares += s * s;
  return sum * sum / squares / static_cast<double>(shares.size());
}

/// Of one rate, so long each way, with 5 ms of jitter.
Path path_of(DataRate rate, Duration delay, std::uint64_t seed, Duration queue = link::LinkConfig{}.queue) {
  link::LinkConfig there, back;
  there.delay = back.delay = delay;
  there.jitter = back.jitter = 5ms;
  there.queue = queue;
  there.rate = {{0s, rate}};
  return Path(there, back, seed);
}

TEST(Sharing, TwoGreedyFlowsConverge) {
  for (std::uint64_t seed = 1; seed <= 3; ++seed) {
    Path path = path_of(DataRate::mbps(8), 20ms, seed);
    FlowConfig first, second;
    second.start = 5s;
    path.add(first), path.add(second);
    path.run(90s);
    const std::vector<double> shares{path.mean_rate(0, 20s, 90s).mbps(), path.mean_rate(1, 20s, 90s).mbps()};
    measured("two greedy flows on 8 Mbit/s: %.2f %.2f, Jain %.3f", shares[0], shares[1], jain(shares));
    EXPECT_GE(jain(shares), 0.93);
    EXPECT_GE(shares[0] + shares[1], 7.2);
  }
}

TEST(Sharing, ThreeFlowsOfDifferentAge) {  // RFC 8867 section 5.4
  Path path = path_of(DataRate::mbps(3.5), 50ms, 1);
  for (int i = 0; i < 3; ++i) {
    FlowConfig config;
    config.source = Source::live(DataRate::kbps(150), DataRate::mbps(1.5));
    config.start = i * 20s;
    path.add(config);
  }
  path.run(119s);
  std::vector<double> shares;
  for (std::size_t i = 0; i < 3; ++i) shares.push_back(path.mean_rate(i, 45s, 119s).mbps());
  measured("5.4: %.2f %.2f %.2f Mbit/s, Jain %.3f", shares[0], shares[1], shares[2], jain(shares));
  EXPECT_GE(jain(shares), 0.95);
}

TEST(Sharing, AHeavierFlowGetsMore) {
  double heavy = 0, light = 0;
  for (std::uint64_t seed = 1; seed <= 3; ++seed) {
    Path path = path_of(DataRate::mbps(3.5), 50ms, seed);
    FlowConfig config;
    config.source = Source::live(DataRate::kbps(150), DataRate::mbps(1.5));
    path.add(config), path.add(config);
    config.weight = 2;
    path.add(config);
    path.run(90s);
    light += path.mean_rate(0, 20s, 90s).mbps() / 2 + path.mean_rate(1, 20s, 90s).mbps() / 2;
    heavy += path.mean_rate(2, 20s, 90s).mbps();
  }
  measured("weights 2:1:1: %.2f against %.2f Mbit/s", heavy / 3, light / 3);
  EXPECT_GT(heavy, light * 1.1);
}

TEST(Sharing, CoexistsWithTcpInADeepQueue) {  // RFC 8867 section 5.6
  for (const Duration queue : {Duration(300ms), Duration(1000ms)}) {
    double media = 0, tcp = 0;
    for (std::uint64_t seed = 1; seed <= 8; ++seed) {
      Path path = path_of(DataRate::mbps(2), 50ms, seed, queue);
      FlowConfig config;
      config.source = Source::live(DataRate::kbps(150), DataRate::mbps(1.5));
      config.start = 5s;
      const std::size_t flow = path.add(config), other = path.add_tcp(0s);
      path.run(120s);
      media += path.mean_rate(flow, 5s, 119s).mbps(), tcp += path.mean_rate(other, 5s, 119s).mbps();
    }
    measured("5.6, queue %.0f ms: media:TCP %.2f", milliseconds(queue), media / tcp);
    EXPECT_GE(media / tcp, 0.5);
    EXPECT_LE(media / tcp, 2);
  }
}

/// RFC 8867 section 5.1 with the capacity varied by traffic that does not listen: it is no TCP, among which
/// one must not retreat from the queue.
TEST(Sharing, ConstantTrafficIsLeftItsShareAndTheQueueIsKeptShort) {
  for (std::uint64_t seed = 1; seed <= 3; ++seed) {
    Path path = path_of(DataRate::mbps(4), 50ms, seed);
    FlowConfig config;
    config.source = Source::live(DataRate::kbps(150), DataRate::mbps(1.5));
    const std::size_t flow = path.add(config);
    path.add_constant({{0s, DataRate::mbps(3)},
                       {40s, DataRate::mbps(1.5)},
                       {60s, DataRate::mbps(3.4)},
                       {80s, DataRate::mbps(3)}});
    path.run(99s);
    const double wait = milliseconds(path.wait_percentile(flow, 0.95, 5s, 99s));
    const double rate = path.mean_rate(flow, 5s, 99s).mbps();
    measured("beside constant traffic: %.2f of 1.04 Mbit/s, queue p95 %.0f ms", rate, wait);
    EXPECT_LT(wait, 100) << "of a queue of 300 ms";
    EXPECT_GT(rate, 0.8);
  }
}

}  // namespace
}  // namespace avocet::rate
