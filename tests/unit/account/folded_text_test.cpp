#include "analysis/output/folded_text.hpp"

#include <gtest/gtest.h>

namespace avocet::analysis {
namespace {

TEST(FoldedText, HangsWhatGoesOn) {
  EXPECT_EQ(folded("  note    one two three four", 16, 10),
            "  note    one\n          two\n          three\n          four\n");
  EXPECT_EQ(folded("    one two three", 12, 6), "    one two\n      three\n");
}

TEST(FoldedText, KeepsWordsWhole) { EXPECT_EQ(folded("avocet-analyze it", 5, 1), "avocet-analyze\n it\n"); }

TEST(FoldedText, KeepsNumbersWithTheirUnits) {
  EXPECT_EQ(folded("lost were 12.5 % of 7 packets", 14, 2), "lost were\n  12.5 % of\n  7 packets\n");
}

TEST(FoldedText, CountsCharactersAndNotBytes) {
  EXPECT_EQ(folded("\u2581\u2585 \u2588\u2588 up", 5, 2), "\u2581\u2585 \u2588\u2588\n  up\n");
}

TEST(FoldedText, LeavesLinesThatFit) {
  EXPECT_EQ(folded_lines("head\n\n  a   b\n", 20), "head\n\n  a   b\n");
  EXPECT_EQ(folded_lines("  one two three", 9), "  one two\n    three\n");
  EXPECT_EQ(folded_lines("", 9), "");
}

}  // namespace
}  // namespace avocet::analysis
