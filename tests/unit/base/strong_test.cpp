#include "protocol/base/strong.hpp"

#include <gtest/gtest.h>

#include <concepts>
#include <cstdint>
#include <unordered_set>

#include "protocol/base/ids.hpp"

namespace avocet {
namespace {

template <class A, class B>
concept Comparable = requires(A a, B b) { a == b; };
template <class A, class B>
concept Subtractable = requires(A a, B b) { a - b; };
template <class A, class B>
concept Addable = requires(A a, B b) { a + b; };

// What must not compile, stated so that a slip in Strong is noticed.
static_assert(!Comparable<PacketNumber, FragmentNumber>);
static_assert(!Comparable<PacketNumber, std::uint64_t>);
static_assert(!Subtractable<PacketNumber, FragmentNumber>);
static_assert(!Addable<PacketNumber, PacketNumber>);
static_assert(!std::convertible_to<PacketNumber, std::uint64_t>);
static_assert(!std::convertible_to<std::uint64_t, PacketNumber>);
static_assert(!std::convertible_to<FrameNumber, FragmentNumber>);

TEST(Strong, StartsAtZero) { EXPECT_EQ(PacketNumber{}.value, 0u); }

TEST(Strong, IsOrdered) {
  EXPECT_LT(PacketNumber{1}, PacketNumber{2});
  EXPECT_EQ(PacketNumber{2}, PacketNumber{2});
}

TEST(Strong, IsSteppedByPlainNumbers) {
  PacketNumber n{7};
  EXPECT_EQ(++n, PacketNumber{8});
  EXPECT_EQ(n + 2, PacketNumber{10});
  EXPECT_EQ(n - 8, PacketNumber{0});
}

TEST(Strong, HasPlainDistances) {
  const std::uint64_t distance = PacketNumber{10} - PacketNumber{4};
  EXPECT_EQ(distance, 6u);
}

TEST(Strong, WrapsLikeItsNumber) {
  using Small = Strong<struct SmallTag, std::uint8_t>;
  EXPECT_EQ(Small{250} + 10, Small{4});
  EXPECT_EQ(Small{4} - Small{250}, 10);
}

TEST(Strong, IsAKey) {
  std::unordered_set<ConnectionId> ids{{1}, {2}, {1}};
  EXPECT_EQ(ids.size(), 2u);
  EXPECT_TRUE(ids.contains({2}));
}

}  // namespace
}  // namespace avocet
