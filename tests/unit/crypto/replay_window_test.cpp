#include "protocol/crypto/replay_window.hpp"

#include <gtest/gtest.h>
#include <rapidcheck.h>
#include <rapidcheck/gtest.h>

#include <set>

namespace avocet::crypto {
namespace {

// AV-PKT-9
TEST(ReplayWindow, ANumberIsNewOnce) {
  ReplayWindow window;
  EXPECT_TRUE(window.test({0}));
  EXPECT_TRUE(window.test({0})) << "testing does not mark";
  window.mark({0});
  EXPECT_FALSE(window.test({0}));
  EXPECT_TRUE(window.test({1}));
}

// AV-PKT-9
TEST(ReplayWindow, RemembersExactly8192Numbers) {
  ReplayWindow window;
  window.mark({10'000});
  EXPECT_TRUE(window.test({10'000 - 8191}));
  EXPECT_FALSE(window.test({10'000 - 8192})) << "too old to tell";
  window.mark({10'000 - 8191});
  EXPECT_FALSE(window.test({10'000 - 8191}));
  window.mark({10'001});
  EXPECT_TRUE(window.test({10'001 - 8191}));
}

TEST(ReplayWindow, ALeapForgetsEverythingBelow) {
  ReplayWindow window;
  for (std::uint64_t n = 0; n < 8192; ++n) window.mark({n});
  window.mark({1'000'000});
  EXPECT_TRUE(window.test({999'999}));
  EXPECT_TRUE(window.test({1'000'000 - 8191}));
  EXPECT_FALSE(window.test({0}));
}

TEST(ReplayWindow, NextIsOneAboveTheLargest) {
  ReplayWindow window;
  EXPECT_EQ(window.next(), PacketNumber{0});
  window.mark({41});
  EXPECT_EQ(window.next(), PacketNumber{42});
  window.mark({7});
  EXPECT_EQ(window.next(), PacketNumber{42});
}

RC_GTEST_PROP(ReplayWindowProperty, AgreesWithASetOfAllNumbersEverSeen, ()) {
  ReplayWindow window;
  std::set<std::uint64_t> seen;
  std::uint64_t newest = *rc::gen::inRange<std::uint64_t>(0, 1ull << 40);
  const int steps = *rc::gen::inRange(1, 400);
  for (int i = 0; i < steps; ++i) {
    // Mostly near the newest, some far back, now and then a leap across part or all of the window.
    const auto back =
        *rc::gen::weightedOneOf<std::int64_t>({{6, rc::gen::inRange<std::int64_t>(-3, 20)},
                                               {2, rc::gen::inRange<std::int64_t>(8100, 8300)},
                                               {1, rc::gen::inRange<std::int64_t>(-9000, 9000)},
                                               {1, rc::gen::inRange<std::int64_t>(-20'000, 20'000)}});
    const std::int64_t signed_number = static_cast<std::int64_t>(newest) - back;
    const std::uint64_t number = signed_number < 0 ? 0 : static_cast<std::uint64_t>(signed_number);
    const bool too_old = !seen.empty() && *seen.rbegin() >= number + ReplayWindow::size;
    RC_ASSERT(window.test({number}) == (!too_old && !seen.contains(number)));
    if (window.test({number})) {
      window.mark({number});
      seen.insert(number);
      newest = std::max(newest, number);
    }
  }
}

}  // namespace
}  // namespace avocet::crypto
