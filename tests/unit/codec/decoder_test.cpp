#include "endpoints/codec/decoder.hpp"

#include <gtest/gtest.h>

#include <numeric>

#include "tests/unit/codec/clips.hpp"

namespace avocet::codec::test {
namespace {

/// Decodes segment after segment, each from the rendition that `choice` names.
std::vector<Picture> decode(const Title& title, const std::vector<std::size_t>& choice,
                            VideoDecoder& decoder) {
  std::vector<Picture> pictures;
  for (std::uint32_t i = 0; i < choice.size(); ++i) {
    EXPECT_TRUE(decoder.use(title.tracks()[choice[i]], pictures));
    for (const auto& frame : frames_of(title, choice[i], i)) decoder.decode(frame, pictures);
  }
  decoder.drain(pictures);
  return pictures;
}

TEST(VideoDecoder, GivesEveryPictureInDisplayOrder) {
  ClipLibrary clip;
  const auto title = clip.open();
  VideoDecoder decoder;
  const auto pictures = decode(*title, {1, 1, 1, 1}, decoder);
  ASSERT_EQ(pictures.size(), 60u);
  EXPECT_EQ(decoder.decoded(), 60u);
  EXPECT_EQ(decoder.errors(), 0u);
  for (std::size_t i = 0; i < pictures.size(); ++i) {
    EXPECT_NEAR(to_seconds(pictures[i].at), static_cast<double>(i) / 30, 1e-6);
    EXPECT_EQ(pictures[i].height, 96);
    EXPECT_TRUE(pictures[i].planes[0] && pictures[i].planes[2] &&
                pictures[i].strides[1] >= pictures[i].width / 2);
  }
  EXPECT_EQ(pictures[1].number.value, 2u);  // I P B B: the first B is the third in decode order
}

TEST(VideoDecoder, LosesNoPictureWhenTheRenditionChanges) {
  auto settings = small_ladder();
  for (const auto codec : {VideoCodec::h264, VideoCodec::h265}) {
    settings.video = codec;
    ClipLibrary clip(settings);
    VideoDecoder decoder;
    const auto pictures = decode(*clip.open(), {0, 2, 1, 0}, decoder);
    ASSERT_EQ(pictures.size(), 60u);
    EXPECT_EQ(decoder.errors(), 0u);
    const int heights[] = {48, 144, 96, 48};
    for (std::size_t i = 0; i < pictures.size(); ++i) {
      EXPECT_EQ(pictures[i].height, heights[i / 15]) << i;
      EXPECT_NEAR(to_seconds(pictures[i].at), static_cast<double>(i) / 30, 1e-6);
    }
  }
}

TEST(VideoDecoder, CountsDamagedFramesAndGoesOn) {
  ClipLibrary clip;
  const auto title = clip.open();
  VideoDecoder decoder;
  std::vector<Picture> pictures;
  media::Frame frame;
  decoder.decode(frame, pictures);
  EXPECT_EQ(decoder.errors(), 1u) << "no rendition was chosen yet";
  ASSERT_TRUE(decoder.use(title->tracks()[0], pictures));
  auto frames = frames_of(*title, 0, 0);
  frames[3].payload = std::make_shared<Bytes>(20, std::byte{0xff});
  for (const auto& f : frames) decoder.decode(f, pictures);
  for (const auto& f : frames_of(*title, 0, 1)) decoder.decode(f, pictures);
  decoder.drain(pictures);
  EXPECT_GE(decoder.errors(), 2u);
  EXPECT_GE(pictures.size(), 29u);
}

TEST(VideoDecoder, StartsAnewAfterASeek) {
  ClipLibrary clip;
  const auto title = clip.open();
  VideoDecoder decoder;
  std::vector<Picture> pictures;
  ASSERT_TRUE(decoder.use(title->tracks()[0], pictures));
  for (const auto& frame : frames_of(*title, 0, 3)) decoder.decode(frame, pictures);
  decoder.reset();
  pictures.clear();
  for (const auto& frame : frames_of(*title, 0, 1)) decoder.decode(frame, pictures);
  decoder.drain(pictures);
  EXPECT_EQ(pictures.size(), 15u);
  EXPECT_EQ(pictures.front().at, 500ms);
  EXPECT_EQ(decoder.errors(), 0u);
}

TEST(VideoDecoder, TenBitFilesAreShownWithEight) {
  const Folder folder;
  ASSERT_EQ(run_ffmpeg(picture + " -c:v libx264 -preset ultrafast -pix_fmt yuv422p10 -g 15 -sc_threshold 0 " +
                       (folder / "deep_90p.mp4")),
            "");
  const auto title = Library(folder.path(), {{"90p"}}).open("deep");
  ASSERT_TRUE(title) << title.error().message();
  VideoDecoder decoder;
  const auto pictures = decode(**title, {0, 0}, decoder);
  ASSERT_EQ(pictures.size(), 30u);
  const auto* luma = pictures[0].planes[0];
  const auto sum = std::accumulate(luma, luma + 160, 0);
  EXPECT_GT(sum, 160 * 16);
  EXPECT_LT(sum, 160 * 236);
}

TEST(VideoDecoder, ACodecThatNobodyKnowsIsAnError) {
  media::TrackConfig config;
  config.codec = "dreams";
  std::vector<Picture> pictures;
  const auto used = VideoDecoder().use(config, pictures);
  ASSERT_FALSE(used);
  EXPECT_NE(used.error().reason.find("dreams"), std::string::npos);
}

std::vector<Sound> listen(const Title& title, AudioDecoder& decoder) {
  const auto track = title.video_tracks();
  std::vector<Sound> sounds;
  EXPECT_TRUE(decoder.use(title.tracks()[track]));
  for (std::uint32_t i = 0; i < title.segments(); ++i)
    for (const auto& frame : frames_of(title, track, i)) decoder.decode(frame, sounds);
  return sounds;
}

void expect_two_seconds(const std::vector<Sound>& sounds, double rate) {
  ASSERT_FALSE(sounds.empty());
  EXPECT_EQ(sounds.front().at, 0s);
  double samples = 0;
  for (const auto& sound : sounds) {
    EXPECT_NEAR(to_seconds(sound.at), samples / rate, 0.002);
    samples += static_cast<double>(sound.samples.size()) / 2;
  }
  EXPECT_NEAR(samples / rate, 2.0, 0.05);
}

TEST(AudioDecoder, GivesStereoFromTimeZero) {
  auto settings = small_ladder();
  for (const auto codec : {AudioCodec::aac, AudioCodec::opus}) {
    settings.audio = codec;
    ClipLibrary clip(settings);
    AudioDecoder decoder;
    const auto sounds = listen(*clip.open(), decoder);
    EXPECT_EQ(decoder.errors(), 0u);
    expect_two_seconds(sounds, 48'000);
    float loudest = 0;
    for (const auto& sound : sounds)
      for (const float sample : sound.samples) loudest = std::max(loudest, std::abs(sample));
    EXPECT_GT(loudest, 0.05F);
    EXPECT_LT(loudest, 1.0F);
  }
}

TEST(AudioDecoder, MixesSurroundDownAndResamples) {
  const Folder folder;
  ASSERT_EQ(run_ffmpeg(picture +
                       " -f lavfi -i \"sine=440:r=44100:d=2,pan=5.1|FL=c0|FR=c0|FC=c0|LFE=c0|BL=c0|BR=c0\" " +
                       fast + " -g 15 -sc_threshold 0 -c:a aac " + (folder / "loud_90p.mp4")),
            "");
  const auto title = Library(folder.path(), {{"90p"}}).open("loud");
  ASSERT_TRUE(title) << title.error().message();
  EXPECT_EQ((*title)->tracks()[1].channels, 6);
  AudioDecoder decoder(32'000);
  expect_two_seconds(listen(**title, decoder), 32'000);
  EXPECT_EQ(decoder.errors(), 0u);
}

}  // namespace
}  // namespace avocet::codec::test
