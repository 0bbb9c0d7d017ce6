#include "protocol/base/inline_vector.hpp"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <type_traits>
#include <vector>

#include "protocol/base/ids.hpp"

namespace avocet {
namespace {

using Four = InlineVector<int, 4>;

std::vector<int> items_of(const Four& v) { return {v.begin(), v.end()}; }

TEST(InlineVector, StartsEmpty) {
  const Four v;
  EXPECT_TRUE(v.empty());
  EXPECT_FALSE(v.full());
  EXPECT_EQ(v.begin(), v.end());
}

TEST(InlineVector, KeepsWhatIsPushed) {
  Four v;
  EXPECT_TRUE(v.push_back(7));
  EXPECT_TRUE(v.push_back(9));
  EXPECT_EQ(v.size(), 2u);
  EXPECT_EQ(v.front(), 7);
  EXPECT_EQ(v.back(), 9);
  EXPECT_EQ(items_of(v), (std::vector{7, 9}));
}

TEST(InlineVector, RefusesToGrowPastItsEnd) {
  Four v{1, 2, 3, 4};
  EXPECT_TRUE(v.full());
  EXPECT_FALSE(v.push_back(5));
  EXPECT_EQ(items_of(v), (std::vector{1, 2, 3, 4}));
}

TEST(InlineVector, ShrinksAndIsUsedAgain) {
  Four v{1, 2, 3};
  v.pop_back();
  EXPECT_EQ(v.back(), 2);
  v.clear();
  EXPECT_TRUE(v.empty());
  EXPECT_TRUE(v.push_back(8));
  EXPECT_EQ(items_of(v), (std::vector{8}));
}

TEST(InlineVector, IsWrittenInPlace) {
  Four v{1, 2, 3};
  v[1] = 20;
  v.front() = 10;
  v.back() = 30;
  for (int& item : v) ++item;
  EXPECT_EQ(items_of(v), (std::vector{11, 21, 31}));
}

TEST(InlineVector, CopiesAreApart) {
  Four a{1, 2};
  Four b = a;
  b[0] = 9;
  a = Four{5};
  EXPECT_EQ(items_of(a), (std::vector{5}));
  EXPECT_EQ(items_of(b), (std::vector{9, 2}));
}

TEST(InlineVector, SurvivesBeingAssignedToItself) {
  Four v{1, 2, 3};
  const Four& same = v;
  v = same;
  EXPECT_EQ(items_of(v), (std::vector{1, 2, 3}));
}

TEST(InlineVector, ComparesWhatItHoldsAndNoMore) {
  Four a{1, 2, 3}, b{1, 2};
  EXPECT_NE(a, b);
  a.pop_back();
  EXPECT_EQ(a, b);
  a[1] = 7;
  EXPECT_NE(a, b);
}

TEST(InlineVector, HoldsTypesWhoseMembersHaveInitialisers) {
  InlineVector<PacketNumber, 2> v;
  EXPECT_TRUE(v.push_back({3}));
  EXPECT_EQ(v.back(), PacketNumber{3});
}

TEST(InlineVector, LivesWhereItIsDeclared) {
  EXPECT_GE(sizeof(InlineVector<int, 100>), 100 * sizeof(int));
  EXPECT_TRUE((std::is_nothrow_copy_constructible_v<InlineVector<int, 100>>));
}

RC_GTEST_PROP(InlineVectorProperty, HoldsTheFirstMaxOfWhatIsPushed, (const std::vector<int>& pushed)) {
  Four v;
  for (std::size_t i = 0; i < pushed.size(); ++i) RC_ASSERT(v.push_back(pushed[i]) == (i < 4));
  const std::size_t kept = std::min<std::size_t>(4, pushed.size());
  RC_ASSERT(items_of(v) ==
            std::vector<int>(pushed.begin(), pushed.begin() + static_cast<std::ptrdiff_t>(kept)));
}

}  // namespace
}  // namespace avocet
