#include "protocol/base/interval_set.hpp"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <cstdint>
#include <iterator>
#include <set>
#include <vector>

namespace avocet {
namespace {

using Set = IntervalSet<std::uint64_t, 4>;
using Range = Set::Range;
using Ranges = std::vector<Range>;
using enum Set::Insert;

Ranges ranges_of(const Set& set) { return {set.begin(), set.end()}; }

Set set_of(const Ranges& ranges) {
  Set set;
  for (const Range& range : ranges) EXPECT_EQ(set.insert(range.begin, range.end), added);
  return set;
}

TEST(IntervalSet, StartsEmpty) {
  const Set set;
  EXPECT_TRUE(set.empty());
  EXPECT_FALSE(set.contains(0));
  EXPECT_EQ(set.begin(), set.end());
}

TEST(IntervalSet, KeepsRangesSortedWhateverTheirOrderOfArrival) {
  EXPECT_EQ(ranges_of(set_of({{20, 30}, {0, 5}, {10, 15}})), (Ranges{{0, 5}, {10, 15}, {20, 30}}));
}

TEST(IntervalSet, ReadsFromBothEnds) {
  const Set set = set_of({{0, 1}, {4, 6}, {8, 9}});
  EXPECT_EQ(set.front(), (Range{0, 1}));
  EXPECT_EQ(set[1], (Range{4, 6}));
  EXPECT_EQ(set.back(), (Range{8, 9}));
  EXPECT_EQ(Ranges(set.rbegin(), set.rend()), (Ranges{{8, 9}, {4, 6}, {0, 1}}));
}

TEST(IntervalSet, MergesTouchingNeighboursOnBothSides) {
  Set set = set_of({{0, 5}, {6, 9}});
  EXPECT_EQ(set.insert(5, 6), added);
  EXPECT_EQ(ranges_of(set), (Ranges{{0, 9}}));
}

TEST(IntervalSet, SwallowsEveryRangeThatANewOneCovers) {
  Set set = set_of({{1, 2}, {4, 5}, {7, 12}, {20, 21}});
  EXPECT_EQ(set.insert(0, 10), added);
  EXPECT_EQ(ranges_of(set), (Ranges{{0, 12}, {20, 21}}));
}

TEST(IntervalSet, CallsAKnownOrEmptyRangeADuplicate) {
  Set set = set_of({{10, 20}});
  EXPECT_EQ(set.insert(10, 20), duplicate);
  EXPECT_EQ(set.insert(12, 13), duplicate);
  EXPECT_EQ(set.insert(50, 50), duplicate);
  EXPECT_EQ(ranges_of(set), (Ranges{{10, 20}}));
}

TEST(IntervalSet, RefusesOneRangeTooManyAndStaysAsItWas) {
  Set set = set_of({{0, 1}, {2, 3}, {4, 5}, {6, 7}});
  EXPECT_TRUE(set.full());
  EXPECT_EQ(set.insert(8, 9), full);
  EXPECT_EQ(ranges_of(set), (Ranges{{0, 1}, {2, 3}, {4, 5}, {6, 7}}));
}

TEST(IntervalSet, StillGrowsARangeWhenFull) {
  Set set = set_of({{0, 1}, {2, 3}, {4, 5}, {6, 7}});
  EXPECT_EQ(set.insert(7, 9), added);
  EXPECT_EQ(set.insert(1, 2), added);
  EXPECT_EQ(ranges_of(set), (Ranges{{0, 3}, {4, 5}, {6, 9}}));
}

TEST(IntervalSet, ForgetsBelowANumberInsideARange) {
  Set set = set_of({{0, 5}, {10, 20}, {30, 40}});
  set.erase_below(15);
  EXPECT_EQ(ranges_of(set), (Ranges{{15, 20}, {30, 40}}));
}

TEST(IntervalSet, ForgetsBelowANumberInAGapOrPastTheEnd) {
  Set set = set_of({{0, 5}, {10, 20}});
  set.erase_below(5);
  EXPECT_EQ(ranges_of(set), (Ranges{{10, 20}}));
  set.erase_below(20);
  EXPECT_TRUE(set.empty());
}

TEST(IntervalSet, ForgetsTheLowestRange) {
  Set set = set_of({{0, 5}, {10, 20}});
  set.erase_lowest();
  EXPECT_EQ(ranges_of(set), (Ranges{{10, 20}}));
}

TEST(IntervalSet, HoldsTheTopmostNumbers) {
  constexpr std::uint64_t top = ~std::uint64_t{0};
  Set set = set_of({{top - 1, top}});
  EXPECT_TRUE(set.contains(top - 1));
  EXPECT_FALSE(set.contains(top));
}

/// The plainest thing that could be right.
struct Model {
  std::set<std::uint64_t> numbers;

  bool insert(std::uint64_t begin, std::uint64_t end) {
    const std::size_t before = numbers.size();
    for (std::uint64_t n = begin; n < end; ++n) numbers.insert(n);
    return numbers.size() > before;
  }
  Ranges ranges() const {
    Ranges out;
    for (std::uint64_t n : numbers) {
      if (out.empty() || out.back().end != n) out.push_back({n, n});
      ++out.back().end;
    }
    return out;
  }
};

RC_GTEST_PROP(IntervalSetProperty, BehavesLikeASetOfNumbersUnderItsCap, ()) {
  constexpr std::uint64_t highest = 40;  // small, so that ranges meet often
  Set set;
  Model model;
  const int steps = *rc::gen::inRange(1, 60);
  for (int step = 0; step < steps; ++step) {
    const auto a = *rc::gen::inRange<std::uint64_t>(0, highest);
    switch (*rc::gen::weightedElement<int>({{8, 0}, {1, 1}, {1, 2}})) {
      case 0: {
        const auto b = *rc::gen::inRange<std::uint64_t>(a, std::min(a + 6, highest + 1));
        Model grown = model;
        const bool news = grown.insert(a, b);
        const bool fits = grown.ranges().size() <= 4;
        RC_ASSERT(set.insert(a, b) == (!news ? duplicate : fits ? added : full));
        if (fits) model = grown;
        break;
      }
      case 1:
        set.erase_below(a);
        model.numbers.erase(model.numbers.begin(), model.numbers.lower_bound(a));
        break;
      default:
        if (set.empty()) break;
        const std::uint64_t end = set.front().end;
        set.erase_lowest();
        model.numbers.erase(model.numbers.begin(), model.numbers.lower_bound(end));
    }
    RC_ASSERT(ranges_of(set) == model.ranges());
    for (std::uint64_t n = 0; n <= highest; ++n) RC_ASSERT(set.contains(n) == model.numbers.contains(n));
  }
}

}  // namespace
}  // namespace avocet
