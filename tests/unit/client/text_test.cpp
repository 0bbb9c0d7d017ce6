#include "endpoints/client/text.hpp"

#include <gtest/gtest.h>

namespace avocet::client {
namespace {

TEST(Durations, AreTypedInManyWays) {
  EXPECT_EQ(parse_duration("150ms"), 150ms);
  EXPECT_EQ(parse_duration("300us"), 300us);
  EXPECT_EQ(parse_duration("1.5s"), 1500ms);
  EXPECT_EQ(parse_duration("2min"), 120s);
  EXPECT_EQ(parse_duration("1h"), 3600s);
  EXPECT_EQ(parse_duration("90"), 90s);
  EXPECT_EQ(parse_duration("1:30"), 90s);
  EXPECT_EQ(parse_duration("1:02:03.5"), 3723500ms);
}

TEST(Durations, WrongOnesAreQuoted) {
  for (const char* text :
       {"", "s", "-1s", "1 s", "1:2:3:4", ":30", "1:", "soon", "1e3s", "inf", "nan", "99999h"}) {
    const auto parsed = parse_duration(text);
    ASSERT_FALSE(parsed.has_value()) << text;
    EXPECT_NE(parsed.error().find("'" + std::string(text) + "'"), std::string::npos);
  }
}

TEST(Texts, AreShort) {
  EXPECT_EQ(clock_text(65900ms), "1:05");
  EXPECT_EQ(clock_text(3723s), "1:02:03");
  EXPECT_EQ(clock_text(-1s), "0:00");
  EXPECT_EQ(rate_text(820'000), "820 kbit/s");
  EXPECT_EQ(rate_text(999'900), "1.0 Mbit/s");
  EXPECT_EQ(rate_text(2'540'000), "2.5 Mbit/s");
}

TEST(Texts, OfAServerDoNotCommandTheTerminal) {
  EXPECT_EQ(printable("\x1b[2Jfilm\r\n"), "?[2Jfilm??");
  EXPECT_EQ(printable("Zoë"), "Zoë");
  EXPECT_EQ(printable("\xc2\x9b"
                      "2J"),
            "??2J");
}

}  // namespace
}  // namespace avocet::client
