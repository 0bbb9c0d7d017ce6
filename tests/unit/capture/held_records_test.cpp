#include "analysis/capture/held_records.hpp"

#include <gtest/gtest.h>

#include <vector>

namespace avocet::capture {
namespace {

using Clock = HeldRecords::Clock;
using namespace std::chrono_literals;

Clock::time_point at(Clock::duration t) { return Clock::time_point(t); }

TEST(HeldRecords, AreReleasedInOrderWhenTheirTimeHasCome) {
  HeldRecords held;
  for (int i = 0; i < 4; ++i) {
    Bytes bytes(1, static_cast<std::byte>(i));
    held.push(at(i * 1s), {.at = i, .bytes = bytes, .length = 1});
    bytes[0] = std::byte{99};  // whoever captured them uses the room again
  }
  std::vector<int> seen;
  const auto take = [&](const Record& record) {
    EXPECT_EQ(static_cast<int>(record.bytes[0]), record.at);
    seen.push_back(static_cast<int>(record.at));
  };
  held.release(at(1s), take);
  EXPECT_EQ(seen, (std::vector{0, 1}));
  held.release(at(9s), take);
  EXPECT_EQ(seen, (std::vector{0, 1, 2, 3}));
}

TEST(HeldRecords, AreNoMoreThanTheirCap) {
  HeldRecords held;
  const Bytes large(HeldRecords::most_bytes / 2 + 1);
  for (int i = 0; i < 3; ++i) held.push(at(5s), {.at = i, .bytes = large, .length = large.size()});
  int released = 0;
  held.release(at(0s), [&](const Record&) { ++released; });
  EXPECT_EQ(released, 2);
}

}  // namespace
}  // namespace avocet::capture
