#include "analysis/journeys/journey.hpp"

#include <gtest/gtest.h>

#include "analysis/journeys/clocks.hpp"

namespace avocet::analysis {
namespace {

using Place = Journey::Place;
constexpr std::int64_t ms = 1'000'000;

/// Two captures of one direction, packet by packet, in the order in which a test wants them read.
struct TwoPlaces {
  Journey journey{0, 0, nullptr};
  void sent(std::int64_t at, std::uint32_t number) {
    journey.passed(Place::upstream, at, number, 1000, false);
  }
  void received(std::int64_t at, std::uint32_t number) {
    journey.passed(Place::downstream, at, number, 1000, false);
  }
  const Journey::Counters& counters() {
    journey.finish();
    return journey.counters();
  }
};

TEST(Journey, SaysWhereEachPacketWasLost) {
  TwoPlaces t;
  for (const std::uint32_t n : {10, 11, 12, 14, 15, 17, 18}) t.sent(n * 10 * ms, n);
  for (const std::uint32_t n : {10, 14, 16, 15, 18}) t.received(n * 10 * ms + 20 * ms, n);
  EXPECT_EQ(t.counters().arrived, 4u);
  EXPECT_EQ(t.counters().lost, 3u);         // 11, 12, 17
  EXPECT_EQ(t.counters().lost_before, 1u);  // 13
  EXPECT_EQ(t.counters().missed, 1u);       // 16
  ASSERT_EQ(t.journey.losses().size(), 3u);
  EXPECT_EQ(t.journey.losses()[0].first, 11u);
  EXPECT_EQ(t.journey.losses()[0].last, 12u);
  EXPECT_TRUE(t.journey.losses()[1].before);
}

TEST(Journey, DoesNotCallLostWhatOneCaptureCouldNotSee) {
  TwoPlaces t;
  for (std::uint32_t n = 0; n < 20; ++n) t.sent(n * 10 * ms, n);
  for (std::uint32_t n = 5; n < 15; ++n) t.received(n * 10 * ms + 20 * ms, n);
  EXPECT_EQ(t.counters().arrived, 10u);
  EXPECT_EQ(t.counters().lost, 0u);
}

TEST(Journey, PairsWhateverTheOrderOfReading) {
  TwoPlaces t;
  for (std::uint32_t n = 0; n < 300; ++n) t.received(n * 10 * ms + 20 * ms, n);
  for (std::uint32_t n = 0; n < 300; ++n) t.sent(n * 10 * ms, n);
  EXPECT_EQ(t.counters().arrived, 300u);
}

TEST(Journey, CountsAnOutageLongerThanItsPatience) {
  TwoPlaces t;
  t.sent(0, 0), t.received(20 * ms, 0);
  for (std::uint32_t n = 1; n < 300; ++n) t.sent(n * 100 * ms, n);
  t.sent(30'000 * ms, 300), t.received(30'020 * ms, 300);
  EXPECT_EQ(t.counters().arrived, 2u);
  EXPECT_EQ(t.counters().lost, 299u);
}

TEST(Journey, HoldsABoundedNumberOfPackets) {
  TwoPlaces t;
  for (std::uint32_t n = 0; n < 100'000; ++n) t.sent(n, n);
  EXPECT_EQ(t.counters().arrived + t.counters().lost, 0u);
}

/// A viewer's clock 3 s ahead and 50 ppm fast; 40 ms there, which queues make more, and 40 ms back.
TEST(Clocks, TellSkewFromQueuesThatGrow) {
  TwoPlaces down, up;
  const auto viewer_clock = [](std::int64_t at) { return at + 3'000 * ms + at / 20'000; };
  for (std::uint32_t n = 0; n < 5000; ++n) {
    const std::int64_t at = n * 20 * ms, queue = n % 7 * ms + n * 10'000;  // 50 ms more at the end
    down.sent(at, n), down.received(viewer_clock(at + 40 * ms + queue), n);
    up.sent(viewer_clock(at), n), up.received(at + 40 * ms + n % 5 * ms, n);
  }
  const Clocks clocks = Clocks::of(&down.journey, &up.journey);
  EXPECT_NEAR(clocks.skew * 1e6, 50, 1);
  EXPECT_NEAR(clocks.offset, 3, 0.001);
  EXPECT_NEAR(clocks.least, 0.04, 0.001);
}

}  // namespace
}  // namespace avocet::analysis
