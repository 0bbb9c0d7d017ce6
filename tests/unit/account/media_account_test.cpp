#include "analysis/account/media_account.hpp"

#include <gtest/gtest.h>

namespace avocet::analysis {
namespace {

/// Of a stored title of ten seconds that was buffered as a whole while its first one was shown.
ConnectionAccount buffered(std::size_t room) {
  OpenedConnection opened(Room{.frames = room});
  opened.plays.emplace_back(Time{}, wire::Play{.play = {1}, .title = "film", .latency = 200ms}, room, 16);
  PlayView& play = opened.plays.back();
  wire::Tracks tracks{.play = {1}, .start = Duration::zero(), .first = {1}};
  tracks.tracks = {
      wire::Track{.id = {1}, .rendition = "720p", .timebase_numerator = 1, .timebase_denominator = 30}};
  play.on_tracks(Time{}, tracks);
  for (std::uint64_t n = 0; n < 300; ++n) {
    const Time now = Time(n * 3ms);
    play.on_frame(now, {.track = {1},
                        .frame = {.number = {n},
                                  .pts = static_cast<std::int64_t>(n),
                                  .duration = 1,
                                  .key = n % 50 == 0,
                                  .end_of_track = n == 299},
                        .size = 1000,
                        .first_arrival = now,
                        .last_arrival = now});
  }
  play.advance(Time(30s));
  ConnectionAccount account;
  add_opened(account, opened);
  return account;
}

TEST(MediaAccount, TellsWhatTheViewerSaw) {
  const PlayAccount play = buffered(300).plays.at(0);
  EXPECT_EQ(value_of(play.measures, "framesShown"), 300);
  EXPECT_TRUE(measured(play.measures, "stalls"));
  EXPECT_EQ(value_of(play.measures, "stalls"), 0);
  EXPECT_FALSE(measured(play.measures, "framesNotHeld"));
}

TEST(MediaAccount, DoesNotTellWhatAViewerWithMoreRoomSaw) {
  const PlayAccount play = buffered(100).plays.at(0);
  EXPECT_GT(value_of(play.measures, "framesNotHeld"), 0);
  for (const char* name : {"framesShown", "freezeCount", "stalls", "goodput", "buffered"})
    EXPECT_FALSE(measured(play.measures, name)) << name;
}

}  // namespace
}  // namespace avocet::analysis
