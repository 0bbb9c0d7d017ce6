#include "protocol/recovery/rtt.hpp"

#include <gtest/gtest.h>

namespace avocet::recovery {
namespace {

// AV-LOSS-1
TEST(RttEstimator, FollowsRfc9002) {
  RttEstimator rtt(100ms);
  EXPECT_FALSE(rtt.has_sample());
  EXPECT_EQ(rtt.probe_timeout(0ms), 300ms);
  rtt.on_sample(40ms, 25ms, 25ms);
  EXPECT_EQ(rtt.smoothed(), 40ms) << "the first sample is taken as it is";
  EXPECT_EQ(rtt.variation(), 20ms);
  rtt.on_sample(80ms, 30ms, 25ms);
  EXPECT_EQ(rtt.latest(), 80ms);
  EXPECT_EQ(rtt.min(), 40ms);
  EXPECT_EQ(rtt.smoothed(), Duration(7 * 40ms + 55ms) / 8) << "a delay is believed up to the maximum";
  EXPECT_EQ(rtt.variation(), Duration(3 * 20ms + 15ms) / 4);
}

TEST(RttEstimator, IgnoresADelayThatIsLongerThanThePath) {
  RttEstimator rtt;
  rtt.on_sample(40ms, 0ms, 25ms);
  rtt.on_sample(50ms, 25ms, 25ms);
  EXPECT_EQ(rtt.smoothed(), Duration(7 * 40ms + 50ms) / 8);
}

}  // namespace
}  // namespace avocet::recovery
