#include "endpoints/codec/recorder.hpp"

#include <gtest/gtest.h>

#include "tests/unit/codec/clips.hpp"

namespace avocet::codec::test {
namespace {

/// Records segments [from, ...), each from the rendition that `choice` names, with the sound.
void record(const Title& title, Recorder& recorder, const std::vector<std::size_t>& choice,
            std::uint32_t from = 0) {
  for (std::uint32_t i = 0; i < choice.size(); ++i) {
    for (const auto& frame : frames_of(title, title.video_tracks(), from + i))
      EXPECT_TRUE(recorder.write(title.video_tracks(), frame));
    for (const auto& frame : frames_of(title, choice[i], from + i))
      EXPECT_TRUE(recorder.write(choice[i], frame));
  }
}

Recorder start(const std::string& file, const Title& title) {
  auto recorder = Recorder::open(file, title.tracks());
  EXPECT_TRUE(recorder) << recorder.error().message();
  return std::move(*recorder);
}

/// How many pictures the ffmpeg program decodes; it must have nothing to complain about.
std::size_t count_pictures(const std::string& file) {
  const auto text = run_ffmpeg("-i " + file + " -map 0:v -f framecrc -");
  std::size_t pictures = 0;
  for (std::size_t at = 0; (at = text.find("\n0, ", at)) != std::string::npos; ++at) ++pictures;
  for (const auto* complaint : {"rror", "failed", "nvalid", "missing"})
    EXPECT_EQ(text.find(complaint), std::string::npos) << text;
  return pictures;
}

std::vector<Bytes> payloads(const std::vector<Packet>& packets) {
  std::vector<Bytes> data;
  data.reserve(packets.size());
  for (const auto& packet : packets) data.push_back(packet.data);
  return data;
}

TEST(Recorder, OneRenditionIsTheLibrarysFileByteForByte) {
  ClipLibrary clip;
  const auto title = clip.open();
  for (const auto* name : {"out.mkv", "out.mp4"}) {
    const auto file = clip.sources / name;
    auto recorder = start(file, *title);
    record(*title, recorder, {1, 1, 1, 1});
    ASSERT_TRUE(recorder.close());
    EXPECT_EQ(recorder.video_frames(), 60u);
    EXPECT_EQ(recorder.switches(), 0u);
    const auto recorded = read_packets(file), original = read_packets(clip.folder / "clip_96p.mp4");
    EXPECT_EQ(payloads(recorded), payloads(original));
    for (std::size_t i = 0; i < recorded.size(); ++i)
      EXPECT_NEAR(recorded[i].seconds, original[i].seconds, 0.001);
    EXPECT_EQ(count_pictures(file), 60u);
    EXPECT_GE(read_packets(file, AVMEDIA_TYPE_AUDIO).size(), 93u);
  }
}

TEST(Recorder, ARecordingAcrossSwitchesDecodesThrough) {
  auto settings = small_ladder();
  for (const auto codec : {VideoCodec::h264, VideoCodec::h265}) {
    settings.video = codec;
    ClipLibrary clip(settings);
    const auto title = clip.open();
    for (const auto* name : {"out.mkv", "out.mp4"}) {
      const auto file = clip.sources / name;
      auto recorder = start(file, *title);
      record(*title, recorder, {0, 1, 2, 0});
      ASSERT_TRUE(recorder.close());
      EXPECT_EQ(recorder.switches(), 3u);
      EXPECT_EQ(count_pictures(file), 60u) << name;
    }
  }
}

TEST(Recorder, PartsAfterASwitchCanBeSoughtAndPlayedAlone) {
  auto settings = small_ladder();
  for (const auto codec : {VideoCodec::h264, VideoCodec::h265}) {
    settings.video = codec;
    ClipLibrary clip(settings);
    const auto file = clip.sources / "out.mkv";
    auto recorder = start(file, *clip.open());
    record(*clip.open(), recorder, {0, 2, 2, 2});
    ASSERT_TRUE(recorder.close());
    EXPECT_EQ(run_ffmpeg("-xerror -ss 1.2 -i " + file + " -map 0:v -f null -"), "");
  }
}

TEST(Recorder, BeginsAtZeroWithAKeyFrame) {
  ClipLibrary clip;
  const auto title = clip.open();
  const auto file = clip.sources / "out.mkv";
  auto recorder = start(file, *title);
  auto late = frames_of(*title, 0, 1);
  for (std::size_t i = 1; i < late.size(); ++i)
    EXPECT_TRUE(recorder.write(0, late[i]));  // its key frame was missed
  record(*title, recorder, {0, 0}, 2);
  ASSERT_TRUE(recorder.close());
  const auto video = read_packets(file), audio = read_packets(file, AVMEDIA_TYPE_AUDIO);
  ASSERT_EQ(video.size(), 30u);
  EXPECT_EQ(video[0].seconds, 0);
  EXPECT_NEAR(audio.at(0).seconds, 0.01, 0.012);
}

TEST(Recorder, OpusStaysInStep) {
  auto settings = small_ladder();
  settings.audio = AudioCodec::opus;
  ClipLibrary clip(settings);
  const auto title = clip.open();
  const auto file = clip.sources / "out.mkv";
  auto recorder = start(file, *title);
  record(*title, recorder, {0, 0, 0, 0});
  ASSERT_TRUE(recorder.close());
  const auto recorded = read_packets(file, AVMEDIA_TYPE_AUDIO),
             original = read_packets(clip.folder / "clip_48p.mp4", AVMEDIA_TYPE_AUDIO);
  ASSERT_EQ(payloads(recorded), payloads(original));
  for (std::size_t i = 0; i < recorded.size(); ++i)
    EXPECT_NEAR(recorded[i].seconds, original[i].seconds, 0.001);
}

TEST(Recorder, GoesOnWithoutAGapAfterASeek) {
  ClipLibrary clip;
  const auto title = clip.open();
  const auto file = clip.sources / "out.mkv";
  auto recorder = start(file, *title);
  record(*title, recorder, {0}, 3);
  recorder.cut();
  record(*title, recorder, {0, 1}, 0);
  ASSERT_TRUE(recorder.close());
  const auto video = read_packets(file);
  ASSERT_EQ(video.size(), 45u);
  EXPECT_NEAR(video[15].seconds, 0.5, 0.001);
  EXPECT_NEAR(video[30].seconds, 1.0, 0.001);
  EXPECT_EQ(count_pictures(file), 45u);
}

TEST(Recorder, AKilledProcessLosesAboutASecond) {
  ClipLibrary clip;
  const auto title = clip.open();
  const auto file = clip.sources / "out.mkv", copy = clip.sources / "copy.mkv";
  auto recorder = start(file, *title);
  record(*title, recorder, {0, 0, 1, 1});
  std::filesystem::copy_file(file, copy);  // what the disk holds if the process dies now
  EXPECT_GE(count_pictures(copy), 30u);
}

TEST(Recorder, ItsDestructorCompletesTheFile) {
  ClipLibrary clip;
  const auto title = clip.open();
  const auto file = clip.sources / "out.mkv";
  {
    auto recorder = start(file, *title);
    record(*title, recorder, {0, 0});
  }
  EXPECT_EQ(count_pictures(file), 30u);
}

TEST(Recorder, WithoutAPictureThereIsNoFile) {
  ClipLibrary clip;
  const auto title = clip.open();
  const auto file = clip.sources / "out.mkv";
  auto recorder = start(file, *title);
  for (const auto& frame : frames_of(*title, 3, 0)) EXPECT_TRUE(recorder.write(3, frame));
  EXPECT_TRUE(recorder.close());
  EXPECT_FALSE(std::filesystem::exists(file));
}

TEST(Recorder, SaysWhyItCannotWrite) {
  EXPECT_EQ(Recorder::open("out.avi", {}).error().fault, Fault::unsupported);
  const auto nowhere = Recorder::open("/nonexistent/out.mkv", {});
  ASSERT_FALSE(nowhere);
  EXPECT_EQ(nowhere.error().fault, Fault::unwritable);
  EXPECT_NE(nowhere.error().reason.find("'/nonexistent/out.mkv': No such file or directory"),
            std::string::npos)
      << nowhere.error().reason;
}

}  // namespace
}  // namespace avocet::codec::test
