#include "protocol/rate/run_length.hpp"

#include <gtest/gtest.h>

namespace avocet::rate {
namespace {

/// Runs that take up what is allowed, over a link that takes `each` per datagram.
void send_runs(RunLength& length, int runs, Duration each, Duration before = {}) {
  static Time now{1s};
  for (int i = 0; i < runs; ++i) {
    now += 100ms;
    const std::int64_t datagrams = 1 + length.allowed().bytes() / 1200;
    for (std::int64_t n = 0; n < datagrams; ++n) length.on_arrival(now, 1200, before + n * each);
  }
}

TEST(RunLength, GrowsToAWholeWriteOnAFastPath) {
  RunLength length;
  EXPECT_EQ(length.allowed(), DataSize::zero());
  send_runs(length, 8, 10us);
  EXPECT_EQ(length.allowed(), RunLength::most);
}

// AV-RATE-1
TEST(RunLength, TakesNoMoreOfASlowPathThanItCarriesInMilliseconds) {
  RunLength length;
  send_runs(length, 100, 960us);  // 10 Mbit/s
  EXPECT_LE(length.allowed(), DataSize::bytes(5 * 1200));
  EXPECT_GE(length.allowed(), DataSize::bytes(1200));
  RunLength slower;
  send_runs(slower, 100, 9600us);
  EXPECT_LE(slower.allowed(), DataSize::bytes(2 * 1200));
}

/// 1 Mbit/s: two datagrams at once are 10 ms of queue for the second, and single ones are no proof of more.
TEST(RunLength, TriesASlowPathSeldom) {
  RunLength length;
  int tried = 0;
  for (int i = 0; i < 100; ++i) {  // 10 s
    tried += length.allowed() > DataSize::bytes(1200);
    send_runs(length, 1, 9600us);
  }
  EXPECT_LE(tried, 8);
}

TEST(RunLength, LearnsNothingBehindAQueue) {
  RunLength length;
  send_runs(length, 20, 10us, 20ms);
  EXPECT_EQ(length.allowed(), DataSize::zero());
}

TEST(RunLength, ShrinksWhenARunIsTooMuch) {
  RunLength length;
  send_runs(length, 10, 10us);
  send_runs(length, 2, 200us);  // 54 of them: 10 ms
  EXPECT_LE(length.allowed(), RunLength::most * 0.5);
  length.on_lost();
  EXPECT_LE(length.allowed(), RunLength::most * 0.25);
}

}  // namespace
}  // namespace avocet::rate
