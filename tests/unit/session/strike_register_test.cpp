#include "protocol/session/strike_register.hpp"

#include <gtest/gtest.h>

namespace avocet::session {
namespace {

// AV-TKT-6
TEST(StrikeRegister, TakesEachNumberOnce) {
  StrikeRegister all;
  for (std::uint64_t i = 0; i < 1000; ++i) EXPECT_EQ(all.issue(), i);
  for (std::uint64_t i = 0; i < 1000; i += 3) {
    EXPECT_TRUE(all.fresh(i));
    EXPECT_TRUE(all.take(i));
    EXPECT_FALSE(all.fresh(i));
    EXPECT_FALSE(all.take(i));
  }
  EXPECT_TRUE(all.take(1));
}

TEST(StrikeRegister, KnowsNothingThatItNeverGaveOut) {
  StrikeRegister none;
  EXPECT_FALSE(none.take(0));
  none.issue();
  EXPECT_FALSE(none.take(1));
  EXPECT_FALSE(none.take(~0ull));
}

// AV-TKT-6
TEST(StrikeRegister, RefusesWhatIsOldWhenItIsFullAndTakesNothingTwice) {
  StrikeRegister small(128);
  for (int i = 0; i < 100; ++i) small.issue();
  EXPECT_TRUE(small.take(70));
  for (int i = 100; i < 129; ++i) small.issue();
  EXPECT_FALSE(small.fresh(0));
  EXPECT_FALSE(small.take(63));
  EXPECT_TRUE(small.take(64));
  EXPECT_FALSE(small.take(70));
  for (int i = 129; i < 1000; ++i) small.issue();
  EXPECT_FALSE(small.take(64));
  EXPECT_TRUE(small.take(999));
}

}  // namespace
}  // namespace avocet::session
