#include "protocol/base/units.hpp"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <cmath>
#include <cstdint>
#include <limits>

namespace avocet {
namespace {

constexpr std::int64_t greatest = std::numeric_limits<std::int64_t>::max();

TEST(DataSize, CountsBytesAndBits) {
  EXPECT_EQ(DataSize().bytes(), 0);
  EXPECT_EQ(DataSize::bytes(1200).bits(), 9600);
}

TEST(DataSize, AddsSubtractsAndMayBeNegative) {
  DataSize size = DataSize::bytes(100) + DataSize::bytes(20);
  size -= DataSize::bytes(150);
  EXPECT_EQ(size, DataSize::bytes(-30));
  size += DataSize::bytes(31);
  EXPECT_EQ(size, DataSize::bytes(1));
  EXPECT_LT(DataSize::bytes(-1), DataSize::zero());
}

TEST(DataSize, ScalesAndHasRatios) {
  EXPECT_EQ(DataSize::bytes(1000) * 1.5, DataSize::bytes(1500));
  EXPECT_DOUBLE_EQ(DataSize::bytes(300) / DataSize::bytes(200), 1.5);
}

TEST(DataRate, ReadsInEveryUnit) {
  EXPECT_EQ(DataRate::kbps(400), DataRate::bps(400'000));
  EXPECT_EQ(DataRate::mbps(2.5), DataRate::bps(2'500'000));
  EXPECT_DOUBLE_EQ(DataRate::bps(6'000'000).mbps(), 6.0);
}

TEST(DataRate, AddsSubtractsScalesAndHasRatios) {
  EXPECT_EQ(DataRate::kbps(300) + DataRate::kbps(100), DataRate::kbps(400));
  EXPECT_EQ(DataRate::kbps(300) - DataRate::kbps(100), DataRate::kbps(200));
  EXPECT_EQ(DataRate::kbps(300) * 0.5, DataRate::kbps(150));
  EXPECT_DOUBLE_EQ(DataRate::kbps(300) / DataRate::kbps(200), 1.5);
}

TEST(DataRate, StaysInfinite) {
  EXPECT_TRUE(DataRate::infinite().is_infinite());
  EXPECT_TRUE((DataRate::infinite() + DataRate::infinite()).is_infinite());
  EXPECT_TRUE((DataRate::infinite() - DataRate::mbps(1)).is_infinite());
  EXPECT_TRUE((DataRate::infinite() * 1.25).is_infinite());
  EXPECT_GT(DataRate::infinite(), DataRate::mbps(1e6));
}

TEST(Units, RateTimesTimeIsSize) {
  EXPECT_EQ(DataRate::mbps(8) * 1s, DataSize::bytes(1'000'000));
  EXPECT_EQ(25ms * DataRate::mbps(8), DataSize::bytes(25'000));
}

TEST(Units, SizeOverRateIsTime) { EXPECT_EQ(DataSize::bytes(1500) / DataRate::mbps(12), 1ms); }

TEST(Units, SizeOverTimeIsRate) { EXPECT_EQ(DataSize::bytes(125'000) / 500ms, DataRate::mbps(2)); }

TEST(Units, NothingIsEverFinishedAtNoRate) {
  EXPECT_EQ(DataSize::bytes(1) / DataRate::zero(), Duration::max());
  EXPECT_EQ(DataSize::bytes(1) / DataRate::bps(-1), Duration::max());
}

TEST(Units, NoTimeIsAnInfiniteRate) {
  EXPECT_TRUE((DataSize::bytes(1) / Duration::zero()).is_infinite());
  EXPECT_TRUE((DataSize::bytes(1) / -1ns).is_infinite());
}

TEST(Units, SaturateInsteadOfOverflowing) {
  EXPECT_EQ(saturated(1e300), greatest);
  EXPECT_EQ(saturated(-1e300), std::numeric_limits<std::int64_t>::min());
  EXPECT_EQ(saturated(-1.9), -1);
  EXPECT_EQ((DataRate::infinite() * 24h).bytes(), greatest);
  EXPECT_EQ(DataSize::bytes(greatest) / DataRate::bps(1), Duration::max());
  EXPECT_TRUE((DataSize::bytes(greatest) / 1ns).is_infinite());
}

// One byte and one nanosecond are the grain; doubles carry 53 bits.
RC_GTEST_PROP(UnitsProperty, TimeForASizeCarriesThatSize, ()) {
  const auto size = DataSize::bytes(*rc::gen::inRange<std::int64_t>(0, 1'000'000'000));
  const auto rate = DataRate::bps(*rc::gen::inRange<std::int64_t>(1'000, 10'000'000'000));
  const std::int64_t back = (size / rate * rate).bytes();
  const std::int64_t grain = 2 + rate.bps() / 1'000'000'000;
  RC_ASSERT(std::abs(back - size.bytes()) <= grain);
}

RC_GTEST_PROP(UnitsProperty, RateOfASizeOverATimeCarriesThatSize, ()) {
  const auto size = DataSize::bytes(*rc::gen::inRange<std::int64_t>(0, 1'000'000'000));
  const auto time = Duration(*rc::gen::inRange<std::int64_t>(1'000'000, 100'000'000'000));
  const std::int64_t back = (size / time * time).bytes();
  const std::int64_t grain = 2 + static_cast<std::int64_t>(to_seconds(time) / 8);
  RC_ASSERT(std::abs(back - size.bytes()) <= grain);
}

RC_GTEST_PROP(UnitsProperty, MoreRateTakesLessTime, ()) {
  const auto size = DataSize::bytes(*rc::gen::inRange<std::int64_t>(0, 1'000'000'000));
  const auto slow = DataRate::bps(*rc::gen::inRange<std::int64_t>(0, 1'000'000'000));
  const auto fast = slow + DataRate::bps(*rc::gen::inRange<std::int64_t>(1, 1'000'000'000));
  RC_ASSERT(size / fast <= size / slow);
}

TEST(Time, ConvertsToWhatPeopleAndTheWireUse) {
  EXPECT_EQ(to_microseconds(1500us + 999ns), 1500);
  EXPECT_EQ(to_microseconds(-1500ns), -1);
  EXPECT_DOUBLE_EQ(to_seconds(250ms), 0.25);
  EXPECT_EQ(seconds_of(0.025), 25ms);
}

}  // namespace
}  // namespace avocet
