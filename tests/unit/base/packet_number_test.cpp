#include "protocol/base/packet_number.hpp"

#include <gtest/gtest.h>
#include <rapidcheck.h>
#include <rapidcheck/gtest.h>

namespace avocet {
namespace {

constexpr std::uint64_t turn = 1ull << 32, half = turn / 2;

TEST(PacketNumberExpand, SmallNumbersAreThemselves) {
  EXPECT_EQ(expand(0, {0}), PacketNumber{0});
  EXPECT_EQ(expand(5, {0}), PacketNumber{5});
  EXPECT_EQ(expand(0xffffffff, {0}), PacketNumber{0xffffffff}) << "there is nothing below zero";
  EXPECT_EQ(expand(0, {1000}), PacketNumber{0});
}

TEST(PacketNumberExpand, CrossesATurnInBothDirections) {
  EXPECT_EQ(expand(3, {turn - 2}), PacketNumber{turn + 3});
  EXPECT_EQ(expand(0xfffffffe, {turn + 3}), PacketNumber{turn - 2});
  EXPECT_EQ(expand(0x12345678, {7 * turn + 0x12345670}), PacketNumber{7 * turn + 0x12345678});
}

TEST(PacketNumberExpand, HalfATurnIsTheLimit) {
  const PacketNumber next{5 * turn};
  EXPECT_EQ(expand(static_cast<std::uint32_t>(half), next), PacketNumber{5 * turn + half});
  EXPECT_EQ(expand(static_cast<std::uint32_t>(half + 1), next), PacketNumber{5 * turn - half + 1});
}

// AV-PKT-8
RC_GTEST_PROP(PacketNumberExpandProperty, RebuildsWhateverIsWithinHalfATurn, ()) {
  const auto next = *rc::gen::inRange<std::uint64_t>(half, 1ull << 62);
  const auto distance = *rc::gen::inRange<std::uint64_t>(0, turn - 1);
  const PacketNumber number{next - half + 1 + distance};
  RC_ASSERT(expand(static_cast<std::uint32_t>(number.value), {next}) == number);
}

}  // namespace
}  // namespace avocet
