#include "endpoints/codec/ladder.hpp"

#include <gtest/gtest.h>

#include "tests/unit/codec/clips.hpp"

namespace avocet::codec::test {
namespace {

std::vector<std::pair<double, bool>> pictures_of(const std::string& file) {
  std::vector<std::pair<double, bool>> pictures;
  for (const auto& packet : read_packets(file)) pictures.emplace_back(packet.seconds, packet.key);
  return pictures;
}

void expect_no_picture_over_100_ms(const Folder& folder, const LadderSettings& settings) {
  for (const auto& rung : settings.rungs)
    for (const auto& packet : read_packets(folder / ("clip_" + rung.rendition + ".mp4"))) {
      // The encoder's free text in the first picture is not the picture's.
      const auto size =
          DataSize::bytes(static_cast<std::int64_t>(packet.data.size()) - (packet.pts == 0 ? 800 : 0));
      EXPECT_LT(size / rung.bitrate, 115ms) << rung.rendition << " at " << packet.seconds;
    }
}

TEST(Ladder, RenditionsHaveTheSamePicturesAndKeyFramesEveryHalfSecond) {
  const Folder folder, sources;
  const auto report = add(make_source(sources), folder);
  ASSERT_TRUE(report) << report.error().message();
  EXPECT_EQ(report->frames, 60u);
  EXPECT_EQ(report->duration, 2s);
  EXPECT_TRUE(report->warnings.empty());
  const auto lowest = pictures_of(folder / "clip_48p.mp4");
  ASSERT_EQ(lowest.size(), 60u);
  EXPECT_EQ(lowest, pictures_of(folder / "clip_96p.mp4"));
  EXPECT_EQ(lowest, pictures_of(folder / "clip_144p.mp4"));
  for (std::size_t i = 0; i < lowest.size(); ++i) EXPECT_EQ(lowest[i].second, i % 15 == 0) << i;
  EXPECT_DOUBLE_EQ(lowest[15].first, 0.5);
  EXPECT_EQ(folder.files(), 3u);
}

TEST(Ladder, SoundIsTheSameInEveryRendition) {
  const Folder folder, sources;
  ASSERT_TRUE(add(make_source(sources), folder));
  const auto sound = read_packets(folder / "clip_48p.mp4", AVMEDIA_TYPE_AUDIO);
  EXPECT_NEAR(static_cast<double>(sound.size()), 94, 2);
  EXPECT_EQ(sound, read_packets(folder / "clip_96p.mp4", AVMEDIA_TYPE_AUDIO));
  EXPECT_EQ(sound, read_packets(folder / "clip_144p.mp4", AVMEDIA_TYPE_AUDIO));
}

TEST(Ladder, NoPictureTakesLongerThan100Milliseconds) {
  const Folder folder, sources;
  const auto noise = sources / "noise.mkv";
  ASSERT_EQ(run_ffmpeg("-f lavfi -i testsrc2=s=320x180:r=30:d=2,noise=alls=80:allf=t -c:v ffv1 " + noise),
            "");
  auto settings = small_ladder();
  settings.rungs = {{"144p", DataRate::kbps(400)}, {"180p", DataRate::kbps(900)}};
  settings.preset = "veryfast";
  ASSERT_TRUE(add(noise, folder, "clip", settings));
  expect_no_picture_over_100_ms(folder, settings);
}

TEST(Ladder, H265AndOpusWork) {
  auto settings = small_ladder();
  settings.video = VideoCodec::h265;
  settings.audio = AudioCodec::opus;
  ClipLibrary clip(settings);
  const auto title = clip.open();
  ASSERT_TRUE(title);
  EXPECT_EQ(title->tracks()[0].codec, "hevc");
  EXPECT_EQ(title->tracks()[3].codec, "opus");
  EXPECT_EQ(title->segments(), 4u);
}

TEST(Ladder, ProgressEndsAtOne) {
  const Folder folder, sources;
  const std::atomic<bool> stop{false};
  Progress last;
  const auto report = make_ladder(
      make_source(sources), folder.path(), "clip", small_ladder(),
      [&](const Progress& progress) {
        EXPECT_GE(progress.fraction, last.fraction);
        last = progress;
      },
      stop);
  ASSERT_TRUE(report);
  EXPECT_EQ(last.fraction, 1);
  EXPECT_GT(last.speed, 0);
  EXPECT_EQ(last.left, 0s);
}

TEST(Ladder, StoppingLeavesNothing) {
  const Folder folder, sources;
  const auto source = make_source(sources);
  std::atomic<bool> stop{false};
  const auto report =
      make_ladder(source, folder.path(), "clip", small_ladder(), [&](const Progress&) { stop = true; }, stop);
  ASSERT_FALSE(report);
  EXPECT_EQ(report.error().fault, Fault::stopped);
  EXPECT_EQ(folder.files(), 0u);
}

TEST(Ladder, WhatIsThereIsKeptUnlessItIsToBeReplaced) {
  const Folder folder, sources;
  const auto source = make_source(sources);
  ASSERT_TRUE(add(source, folder));
  const auto again = add(source, folder);
  ASSERT_FALSE(again);
  EXPECT_EQ(again.error().fault, Fault::exists);
  auto settings = small_ladder();
  settings.rungs.pop_back();
  settings.replace = true;
  ASSERT_TRUE(add(source, folder, "clip", settings));
  EXPECT_EQ(folder.files(), 2u) << "a rendition of the old ladder would not align with the new one";
}

TEST(Ladder, ItsSettingsAreChecked) {
  const Folder folder;
  EXPECT_EQ(add("x.mp4", folder, "../x").error().fault, Fault::bad_name);
  auto settings = small_ladder();
  std::swap(settings.rungs[0], settings.rungs[1]);
  EXPECT_EQ(add("x.mp4", folder, "clip", settings).error().fault, Fault::unsupported);
  settings.rungs = {{"huge", DataRate::mbps(1)}};
  EXPECT_EQ(add("x.mp4", folder, "clip", settings).error().fault, Fault::unsupported);
  settings.rungs.clear();
  EXPECT_EQ(add("x.mp4", folder, "clip", settings).error().fault, Fault::unsupported);
}

}  // namespace
}  // namespace avocet::codec::test
