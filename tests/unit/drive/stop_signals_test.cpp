#include "endpoints/drive/stop_signals.hpp"

#include <gtest/gtest.h>

#include <csignal>

namespace avocet::drive {
namespace {

TEST(StopSignals, TheFirstAsks) {
  for (const int signal : {SIGINT, SIGTERM}) {
    asio::io_context context(1);
    int got = 0;
    StopSignals signals(context, [&](int number) { got = number; });
    std::raise(signal);
    context.run_for(std::chrono::seconds(2));
    EXPECT_EQ(got, signal);
    EXPECT_TRUE(context.stopped());
  }
}

TEST(StopSignals, CancelledItLetsTheContextEnd) {
  asio::io_context context(1);
  StopSignals signals(context, [](int) { FAIL(); });
  signals.cancel();
  context.run_for(std::chrono::seconds(2));
  EXPECT_TRUE(context.stopped());
}

TEST(StopSignalsDeathTest, TheSecondForcesEvenWhenTheLoopHangs) {
  GTEST_FLAG_SET(death_test_style, "threadsafe");
  const auto hang_in_the_handler = [] {
    asio::io_context context(1);
    StopSignals signals(context, [](int) {
      std::raise(SIGINT);
      for (;;) {
      }
    });
    std::raise(SIGINT);
    context.run();
  };
  EXPECT_EXIT(hang_in_the_handler(), ::testing::KilledBySignal(SIGINT), "");
}

}  // namespace
}  // namespace avocet::drive
