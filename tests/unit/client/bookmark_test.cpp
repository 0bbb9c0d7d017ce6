#include "endpoints/client/bookmark.hpp"

#include <gtest/gtest.h>

namespace avocet::client {
namespace {

const media::TrackConfig low{.rendition = "240p", .timebase = {1, 1000}},
    high{.rendition = "720p", .timebase = {1, 1000}},
    sound{.kind = media::Kind::audio, .timebase = {1, 1000}};

/// Picture n lasts 100 ms; five make a segment.
media::Frame picture(std::uint64_t n) {
  return {.number = {n}, .pts = static_cast<std::int64_t>(100 * n), .duration = 100, .key = n % 5 == 0};
}
media::Frame tone(std::uint64_t n) {
  return {.number = {n}, .pts = static_cast<std::int64_t>(50 * n), .duration = 50};
}

TEST(Bookmark, TakesEverythingOnce) {
  Bookmark b;
  EXPECT_FALSE(b.position());
  for (std::uint64_t n = 0; n < 12; ++n) EXPECT_TRUE(b.take(high, picture(n)));
  EXPECT_FALSE(b.take(high, picture(11)));
  EXPECT_EQ(b.position(), 1001ms);  // the segment of picture 11
  EXPECT_EQ(b.rendition(), "720p");
}

TEST(Bookmark, GoesOnInTheMiddleOfASegmentWithoutARepetition) {
  Bookmark b;
  for (std::uint64_t n = 0; n <= 7; ++n) b.take(high, picture(n));
  for (std::uint64_t n = 0; n <= 14; ++n) b.take(sound, tone(n));
  EXPECT_EQ(b.position(), 501ms);
  b.go_on();
  EXPECT_FALSE(b.caught_up());
  for (std::uint64_t n = 5; n <= 7; ++n) EXPECT_FALSE(b.take(high, picture(n)));
  for (std::uint64_t n = 10; n <= 14; ++n) EXPECT_FALSE(b.take(sound, tone(n)));
  EXPECT_TRUE(b.take(sound, tone(15)));
  EXPECT_TRUE(b.take(high, picture(8)));
  EXPECT_TRUE(b.take(high, picture(9)));
  EXPECT_FALSE(b.caught_up());
  EXPECT_TRUE(b.take(high, picture(10)));
  EXPECT_TRUE(b.caught_up());
}

TEST(Bookmark, SoundThatLagsBehindThePictureIsFetchedToo) {
  Bookmark b;
  for (std::uint64_t n = 0; n <= 5; ++n) b.take(high, picture(n));
  for (std::uint64_t n = 0; n <= 8; ++n) b.take(sound, tone(n));
  EXPECT_EQ(b.position(), 451ms);
}

TEST(Bookmark, AnotherRenditionHasToWaitForItsKeyFrame) {
  Bookmark b;
  for (std::uint64_t n = 0; n <= 7; ++n) b.take(high, picture(n));
  b.go_on();
  EXPECT_FALSE(b.take(low, picture(8)));
  EXPECT_TRUE(b.take(low, picture(10)));
  EXPECT_EQ(b.rendition(), "240p");
}

TEST(Bookmark, ElsewhereItBeginsAnew) {
  Bookmark b;
  for (std::uint64_t n = 0; n <= 7; ++n) b.take(high, picture(n));
  b.clear();
  EXPECT_FALSE(b.position());
  EXPECT_TRUE(b.take(high, picture(0)));
}

}  // namespace
}  // namespace avocet::client
