#include "sim/record/summary.hpp"

#include <gtest/gtest.h>

namespace avocet::sim {
namespace {

/// A packet of 1250 bytes each 10 ms is 1 Mbit/s.
FlowRecord steady(Duration from, Duration until, Duration every) {
  FlowRecord record{.name = "flow", .start = 0s, .stop = 10s, .most = DataRate::mbps(4)};
  for (Duration t = from; t < until; t += every) record.served.push_back({Time(t), 5ms, 1250});
  return record;
}

TEST(Summary, MeasuresUtilisationAgainstWhatTheSourceCanFill) {
  const FlowRecord record = steady(0s, 10s, 10ms);
  EXPECT_NEAR(summarize(record, [](Duration) { return DataRate::mbps(2); }, {}).utilization, 0.5, 0.001);
  EXPECT_NEAR(summarize(record, [](Duration) { return DataRate::mbps(100); }, {}).utilization, 0.25, 0.001);
}

TEST(Summary, TimesStepsUpOnly) {
  FlowRecord record = steady(0s, 4s, 10ms);
  const FlowRecord fast = steady(5s, 10s, 5ms);
  record.served.insert(record.served.end(), fast.served.begin(), fast.served.end());
  const Capacity capacity = [](Duration t) {
    return t < 3s ? DataRate::mbps(1) : t < 8s ? DataRate::mbps(2) : DataRate::mbps(1);
  };
  const auto times = summarize(record, capacity, {0s, 3s, 8s}).step_times;
  ASSERT_EQ(times.size(), 1u);
  EXPECT_NEAR(times[0], 2.6, 0.21) << "two seconds until it sends as much, and the mean of three grains";
}

TEST(Summary, SaysWhenAStepWasNeverFilled) {
  const FlowRecord record = steady(0s, 10s, 10ms);
  const Capacity capacity = [](Duration t) { return t < 3s ? DataRate::mbps(1) : DataRate::mbps(2); };
  EXPECT_EQ(summarize(record, capacity, {3s}).step_times, std::vector<double>{-1});
}

TEST(Distribution, TakesTheSmallestValueThatTheShareDoesNotExceed) {
  std::vector<double> hundred;
  for (int i = 100; i > 0; --i) hundred.push_back(i);
  const Distribution d = distribution(hundred);
  EXPECT_EQ(d.p50, 50);
  EXPECT_EQ(d.p95, 95);
  EXPECT_EQ(d.p99, 99);
  EXPECT_EQ(d.max, 100);
}

TEST(Jain, IsOneForEqualsAndOneNthForOneAlone) {
  EXPECT_DOUBLE_EQ(jain({2, 2, 2}), 1);
  EXPECT_DOUBLE_EQ(jain({5, 0, 0, 0}), 0.25);
}

}  // namespace
}  // namespace avocet::sim
