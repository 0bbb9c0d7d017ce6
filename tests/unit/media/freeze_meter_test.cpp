#include "protocol/media/freeze_meter.hpp"

#include <gtest/gtest.h>

#include <vector>

namespace avocet::media {
namespace {

Time at(int ms) { return Time(std::chrono::milliseconds(ms)); }

TEST(FreezeMeter, CountsAnIntervalOfTheAveragePlus150ms) {
  FreezeMeter meter;
  for (int i = 0; i <= 10; ++i) meter.show(at(33 * i));
  meter.show(at(330 + 182));  // 33 + 150 = 183
  meter.advance(at(600));
  EXPECT_EQ(meter.count(), 0u);
  FreezeMeter other;
  for (int i = 0; i <= 10; ++i) other.show(at(33 * i));
  other.show(at(330 + 183));
  other.advance(at(600));
  EXPECT_EQ(other.count(), 1u);
  EXPECT_EQ(other.total(), 183ms);
}

TEST(FreezeMeter, SlowPicturesFreezeAtThreeTimesTheAverage) {
  FreezeMeter meter;
  for (int i = 0; i <= 10; ++i) meter.show(at(100 * i)), meter.advance(at(100 * i));
  meter.show(at(1299)), meter.advance(at(1299));
  EXPECT_EQ(meter.count(), 0u);
  meter.show(at(1299 + 400)), meter.advance(at(1699));
  EXPECT_EQ(meter.count(), 1u);
}

TEST(FreezeMeter, PresentationOrderCounts) {
  FreezeMeter meter;
  // Decode order of a pyramid: 0 4 2 1 3, 8 6 5 7...
  for (int gop = 0; gop < 8; ++gop) {
    for (int i : {4, 2, 1, 3}) meter.show(at((gop * 4 + i) * 60));
  }
  meter.advance(at(100'000));
  EXPECT_EQ(meter.count(), 0u);
}

TEST(FreezeMeter, APauseIsNoFreeze) {
  FreezeMeter meter;
  for (int i = 0; i < 5; ++i) meter.show(at(33 * i));
  meter.advance(at(200));
  meter.restart();
  meter.show(at(9000));
  meter.advance(at(9000));
  EXPECT_EQ(meter.count(), 0u);
}

TEST(FreezeMeter, HoldsABoundedNumber) {
  FreezeMeter meter;
  for (int i = 0; i < 1000; ++i) meter.show(at(20 * i));
  meter.show(at(20'000 + 500));
  meter.advance(at(30'000));
  EXPECT_EQ(meter.count(), 1u);
}

}  // namespace
}  // namespace avocet::media
