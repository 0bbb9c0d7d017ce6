#include "protocol/session/media_pauses.hpp"

#include <gtest/gtest.h>

namespace avocet::session {
namespace {

/// Runs of media, `apart` from each other, from `now` on; returns when the last came.
Time play(MediaPauses& pauses, Time now, int runs, Duration apart) {
  for (int run = 0; run < runs; ++run, now += apart) {
    for (int packet = 0; packet < 40; ++packet) pauses.on_media(now + packet * 10us);
  }
  return now - apart;
}

// AV-MIG-7
TEST(MediaPauses, AStreamWithoutPausesIsAskedForSoon) {
  MediaPauses pauses;
  EXPECT_EQ(pauses.patience(), 100ms);
  play(pauses, Time(1h), 100, 33ms);
  EXPECT_EQ(pauses.patience(), 100ms);
}

TEST(MediaPauses, PausesBetweenRunsAreUsual) {
  MediaPauses pauses;
  play(pauses, Time(1h), 3, 250ms);
  EXPECT_GT(pauses.patience(), 370ms);
  EXPECT_LE(pauses.patience(), 375ms);
}

TEST(MediaPauses, AnOutageIsForgottenWithinASecond) {
  MediaPauses pauses;
  const Time gone = play(pauses, Time(1h), 100, 33ms);
  pauses.on_media(gone + 5s);
  EXPECT_EQ(pauses.patience(), 500ms);
  play(pauses, gone + 5s, 30, 33ms);
  EXPECT_EQ(pauses.patience(), 100ms);
}

}  // namespace
}  // namespace avocet::session
