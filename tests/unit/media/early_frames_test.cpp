#include "protocol/media/early_frames.hpp"

#include <gtest/gtest.h>

#include "protocol/media/reassembler.hpp"

namespace avocet::media {
namespace {

TEST(EarlyFrames, HoldUpToTheirBoundsAndComeOutByTrack) {
  EarlyFrames<Completed> early(3, 5000);
  const auto frame = [](std::uint32_t track, std::uint64_t number, std::size_t size) {
    return Completed{.track = TrackId{track},
                     .frame = {.number = {number}, .payload = std::make_shared<const Bytes>(size)}};
  };
  for (std::uint64_t n = 0; n < 5; ++n) early.hold(frame(7, n, 10));
  EXPECT_EQ(early.size(), 3u);
  early.hold(frame(9, 5, 4990));
  EXPECT_EQ(early.size(), 2u);  // bytes: one of 10 beside it
  const auto taken = early.take(TrackId{8});
  ASSERT_EQ(taken.size(), 1u);
  EXPECT_EQ(taken[0].frame.number.value, 4u);
  early.hold(frame(9, 6, 6000));
  EXPECT_EQ(early.size(), 0u);  // more than may be held at all
}

}  // namespace
}  // namespace avocet::media
