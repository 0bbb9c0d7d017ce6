#include <gtest/gtest.h>

#include <thread>

#include "endpoints/client/picture_queue.hpp"
#include "endpoints/client/recent_rates.hpp"
#include "endpoints/client/status_text.hpp"
#include "endpoints/client/sync_meter.hpp"

namespace avocet::client {
namespace {

codec::Picture picture(Duration at) { return {.at = at}; }

TEST(PictureQueue, GivesTheLatestThatIsDueAndCountsThoseItSkips) {
  PictureQueue pictures(8);
  for (const auto at : {0ms, 33ms, 67ms, 100ms}) pictures.push(picture(at), 0);
  const auto taken = pictures.take(70ms);
  EXPECT_EQ(taken.picture->at, 67ms);
  EXPECT_EQ(taken.skipped, 2u);
  EXPECT_EQ(taken.next, 100ms);
  EXPECT_FALSE(pictures.take(70ms).picture.has_value());
  EXPECT_TRUE(pictures.take(100ms).picture.has_value());
  EXPECT_TRUE(pictures.empty());
}

TEST(PictureQueue, DropsWhatWasBeforeASeek) {
  PictureQueue pictures(8);
  pictures.push(picture(1s), 0);
  pictures.begin(1);
  pictures.push(picture(2s), 0);
  EXPECT_TRUE(pictures.empty());
  pictures.push(picture(50s), 1);
  EXPECT_EQ(pictures.take(60s).picture->at, 50s);
}

TEST(PictureQueue, HoldsTheDecoderUpUntilThereIsRoom) {
  PictureQueue pictures(1);
  pictures.push(picture(0s), 0);
  std::jthread decoder([&] { pictures.push(picture(1s), 0); });
  while (!pictures.take(0s).picture) std::this_thread::yield();
  decoder.join();
  EXPECT_EQ(pictures.take(1s).picture->at, 1s);
}

TEST(PictureQueue, LetsTheDecoderGoWhenItIsClosedOrASeekComes) {
  for (const bool close : {true, false}) {
    PictureQueue pictures(1);
    pictures.push(picture(0s), 0);
    std::jthread decoder([&] { pictures.push(picture(1s), 0); });
    close ? pictures.close() : pictures.begin(1);
    decoder.join();
    EXPECT_TRUE(pictures.empty());
  }
}

TEST(SyncMeter, SaysWhatMostPicturesStayWithin) {
  SyncMeter meter;
  EXPECT_EQ(meter.p95(), std::nullopt);
  for (int i = 0; i < 96; ++i) meter.add(i % 2 == 0 ? 3500us : -3500us);
  for (int i = 0; i < 4; ++i) meter.add(-80ms);
  EXPECT_DOUBLE_EQ(*meter.p95(), 0.004);
  EXPECT_DOUBLE_EQ(*meter.largest(), 0.08);
  meter.add(1h);
  EXPECT_DOUBLE_EQ(*meter.largest(), 3600);
}

session::Stats counters(std::uint64_t bytes, std::uint64_t packets, std::uint64_t gaps) {
  return {.packets_received = packets, .bytes_received = bytes, .received_gaps = gaps};
}

TEST(RecentRates, LookAtTheLastTwoSeconds) {
  RecentRates rates;
  EXPECT_EQ(rates.bits_per_second(), 0);
  rates.add(Time(0s), counters(0, 0, 0));
  rates.add(Time(1s), counters(10'000'000, 10'000, 5'000));
  rates.add(Time(2s), counters(10'125'000, 10'100, 5'000));
  rates.add(Time(3s), counters(10'250'000, 10'190, 5'010));
  EXPECT_DOUBLE_EQ(rates.bits_per_second(), 1e6);
  EXPECT_DOUBLE_EQ(rates.loss(), 10.0 / 200);
  rates.add(Time(4s), counters(10'250'000, 10'195, 5'000));  // late ones fill gaps
  EXPECT_EQ(rates.loss(), 0);
}

Snapshot playing() {
  Snapshot s;
  s.title = "film";
  s.connected = s.playing = s.automatic = true;
  s.position = 12s;
  s.duration = 2min;
  s.play.rendition = "720p";
  s.receiving_rate = 2.5e6;
  s.recent_loss = 0.003;
  s.session.smoothed_rtt = 41ms;
  return s;
}

TEST(StatusText, SaysHowItGoes) {
  EXPECT_EQ(status_line(playing()),
            "playing 0:12 / 2:00 · 720p auto · 2.5 Mbit/s · round trip 41 ms · loss 0.3 %");
  Snapshot s = playing();
  s.stalled = true;
  EXPECT_TRUE(status_line(s).starts_with("buffering"));
  s.paused = true;
  EXPECT_TRUE(status_line(s).starts_with("paused"));
  EXPECT_EQ(status_line(Snapshot()), "connecting");
}

TEST(StatusText, SumsUpInOneLine) {
  Snapshot s = playing();
  s.tracks = {{.rendition = "240p"}, {.rendition = "720p"}, {.kind = media::Kind::audio}};
  s.video = {.decoded = 600, .per_rendition = {{"720p", 540}, {"240p", 60}}};
  s.play.rendition_switches.resize(1);
  s.recording = "out.mkv";
  s.recorded_frames = 600;
  EXPECT_EQ(
      summary(s),
      "film: 600 of 600 frames decoded, 0 freezes; 1 switch (240p 60, 720p 540); round trip 41 ms, 0.0 % of "
      "packets lost before repair; recorded in out.mkv");
}

}  // namespace
}  // namespace avocet::client
