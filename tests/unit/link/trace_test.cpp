#include "sim/link/trace.hpp"

#include <gtest/gtest.h>

namespace avocet::link {
namespace {

Trace trace(std::string_view text) {
  auto parsed = Trace::parse(text);
  EXPECT_TRUE(parsed) << parsed.error();
  return *parsed;
}

TEST(Trace, LetsOnePacketLeaveAtEachOpportunity) {
  Trace t = trace("0\n5\n5\n10\n");
  EXPECT_EQ(t.finish(1ms, DataSize::bytes(1500)), 5ms);
  EXPECT_EQ(t.finish(5ms, DataSize::bytes(1500)), 5ms);
  EXPECT_EQ(t.finish(5ms, DataSize::bytes(1500)), 10ms);
}

TEST(Trace, BeginsAnewAfterItsLastLine) {
  Trace t = trace("3\n10\n");
  EXPECT_EQ(t.finish(10ms, DataSize::bytes(1500)), 10ms);
  EXPECT_EQ(t.finish(10ms, DataSize::bytes(1500)), 13ms);
  EXPECT_EQ(t.finish(100ms, DataSize::bytes(1500)), 100ms);
}

TEST(Trace, FillsAnOpportunityWithWhatIsThere) {
  Trace t = trace("5\n10\n15\n");
  EXPECT_EQ(t.finish(0ms, DataSize::bytes(1000)), 5ms);
  EXPECT_EQ(t.finish(5ms, DataSize::bytes(500)), 5ms);
  EXPECT_EQ(t.finish(5ms, DataSize::bytes(1600)), 15ms) << "1500 at 10 ms, the rest at 15 ms";
  EXPECT_EQ(t.finish(16ms, DataSize::bytes(1500)), 20ms) << "what 15 ms had left is gone by then";
}

TEST(Trace, KnowsWhatCouldHaveLeft) {
  const Trace t = trace("2\n4\n10\n");
  EXPECT_EQ(t.capacity(0ms, 10ms), DataSize::bytes(3000));
  EXPECT_EQ(t.capacity(0ms, 30ms), DataSize::bytes(3 * 4500 - 1500)) << "the last is not before 30 ms";
  EXPECT_EQ(t.mean(), DataRate::kbps(3600));
}

TEST(Trace, NamesTheLineThatDoesNotFit) {
  EXPECT_EQ(Trace::parse("1\nx2\n").error(), "line 2: 'x2' is not a whole number of milliseconds");
  EXPECT_EQ(Trace::parse("5\n\n4\n").error(), "line 3: '4' is before the line above it");
  EXPECT_FALSE(Trace::parse(""));
  EXPECT_FALSE(Trace::parse("0\n"));
}

}  // namespace
}  // namespace avocet::link
