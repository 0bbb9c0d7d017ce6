#include <gtest/gtest.h>

#include "endpoints/codec/decoder.hpp"
#include "tests/unit/codec/clips.hpp"

namespace avocet::codec::test {
namespace {

/// Makes a source with the ffmpeg program, then a ladder of it, and opens that.
struct OddSource {
  Folder folder, sources;
  Library library{folder.path(), small_library};
  Result<LadderReport> report;

  explicit OddSource(const std::string& arguments, const std::string& file = "odd.mp4")
      : report(make(arguments, file)) {}

  Result<LadderReport> make(const std::string& arguments, const std::string& file) {
    EXPECT_EQ(run_ffmpeg(arguments + " " + (sources / file)), "");
    return add(sources / file, folder);
  }
  std::shared_ptr<const Title> open() {
    EXPECT_TRUE(report) << report.error().message();
    auto title = library.open("clip");
    EXPECT_TRUE(title) << title.error().message();
    return title.value_or(nullptr);
  }
};

TEST(OddSource, WithoutSound) {
  OddSource odd(picture + " " + fast);
  const auto title = odd.open();
  ASSERT_TRUE(title);
  EXPECT_EQ(title->tracks().size(), 3u);
  EXPECT_EQ(title->duration(), 2s);
}

TEST(OddSource, SurroundSoundBecomesStereo) {
  OddSource odd(picture +
                    " -f lavfi -i \"sine=440:r=44100:d=2,pan=5.1|FL=c0|FR=c0|FC=c0|LFE=c0|BL=c0|BR=c0\" " +
                    fast + " -c:a ac3",
                "odd.mkv");
  const auto title = odd.open();
  ASSERT_TRUE(title);
  const auto& audio = title->tracks().back();
  EXPECT_EQ(audio.channels, 2);
  EXPECT_EQ(audio.sample_rate, 48'000u);
}

TEST(OddSource, PortraitKeepsItsShape) {
  OddSource odd("-f lavfi -i testsrc2=s=90x160:r=30:d=1 " + fast);
  const auto title = odd.open();
  ASSERT_TRUE(title);
  EXPECT_EQ(title->tracks()[2].height, 144);
  EXPECT_EQ(title->tracks()[2].width, 82);  // 81 made even
}

TEST(OddSource, ATurnedPhoneIsTurnedBack) {
  const Folder sources;
  ASSERT_EQ(run_ffmpeg(picture + " " + fast + " " + (sources / "upright.mp4")), "");
  OddSource odd("-i " + (sources / "upright.mp4") + " -c copy -metadata:s:v rotate=90");
  const auto title = odd.open();
  ASSERT_TRUE(title);
  EXPECT_EQ(title->tracks()[2].height, 144);
  EXPECT_EQ(title->tracks()[2].width, 82);
}

TEST(OddSource, PixelsThatAreNotSquareAreMadeSquare) {
  OddSource odd("-f lavfi -i testsrc2=s=180x144:r=25:d=1,setsar=64/45 " + fast);
  const auto title = odd.open();
  ASSERT_TRUE(title);
  EXPECT_EQ(title->tracks()[2].width, 256);  // 16:9
}

TEST(OddSource, AVaryingRateBecomesConstant) {
  OddSource odd(
      "-f lavfi -i \"testsrc2=s=160x90:r=30:d=2,select=not(between(n\\,10\\,29))+not(mod(n\\,3))\" -vsync "
      "vfr " +
          fast,
      "odd.mkv");
  const auto title = odd.open();
  ASSERT_TRUE(title);
  const auto frames = read_packets(odd.folder / "clip_48p.mp4");
  EXPECT_NEAR(to_seconds(title->duration()), 2.0, 0.05);
  EXPECT_EQ(static_cast<double>(frames.size()),
            std::round(odd.report->frame_rate * to_seconds(title->duration())));
}

TEST(OddSource, AFastRateIsDividedToAtMost60) {
  OddSource odd("-f lavfi -i testsrc2=s=160x90:r=120:d=1 " + fast);
  ASSERT_TRUE(odd.open());
  EXPECT_EQ(odd.report->frame_rate, 60);
  EXPECT_EQ(odd.report->frames, 60u);
}

TEST(OddSource, NtscRateIsKeptExactly) {
  OddSource odd("-f lavfi -i testsrc2=s=160x90:r=30000/1001:d=2 " + fast);
  const auto title = odd.open();
  ASSERT_TRUE(title);
  EXPECT_EQ(odd.report->frames, 60u);
  EXPECT_EQ(title->segment_start(1), 500'500us);
}

TEST(OddSource, ABroadcastThatChangesItsFormatsGoesOn) {
  const Folder folder, sources;
  const auto first = sources / "a.ts", second = sources / "b.ts", both = sources / "both.ts";
  ASSERT_EQ(run_ffmpeg(picture + " " + tone + " " + fast + " -c:a aac " + first), "");
  ASSERT_EQ(run_ffmpeg("-f lavfi -i testsrc2=s=320x240:r=30:d=2 -f lavfi -i sine=880:r=44100:d=2 " + fast +
                       " -c:a aac -ac 1 -output_ts_offset 2 " + second),
            "");
  std::ofstream(both, std::ios::binary) << std::ifstream(first).rdbuf() << std::ifstream(second).rdbuf();
  const auto report = add(both, folder);
  ASSERT_TRUE(report) << report.error().message();
  EXPECT_NEAR(to_seconds(report->duration), 4, 0.2);
}

TEST(OddSource, OneFrame) {
  OddSource odd("-f lavfi -i testsrc2=s=160x90:r=30:d=1 -frames:v 1 " + fast);
  const auto title = odd.open();
  ASSERT_TRUE(title);
  EXPECT_EQ(title->segments(), 1u);
  const auto segment = title->segment(0, 0);
  ASSERT_TRUE(segment);
  EXPECT_EQ((*segment)->frames.size(), 1u);
  EXPECT_TRUE((*segment)->frames[0].end_of_track);
}

TEST(OddSource, AStillImage) {
  OddSource odd("-f lavfi -i testsrc2=s=161x91 -frames:v 1", "odd.png");
  const auto title = odd.open();
  ASSERT_TRUE(title);
  EXPECT_EQ(title->segments(), 1u);
}

TEST(OddSource, SoundThatStartsLateOrLastsLongerFitsThePicture) {
  OddSource odd("-f lavfi -i testsrc2=s=160x90:r=30:d=1 -itsoffset 0.4 -f lavfi -i sine=440:r=48000:d=6 " +
                fast + " -c:a aac");
  const auto title = odd.open();
  ASSERT_TRUE(title);
  AudioDecoder decoder;
  ASSERT_TRUE(decoder.use(title->tracks().back()));
  std::vector<Sound> sounds;
  for (std::uint32_t i = 0; i < title->segments(); ++i)
    for (const auto& frame : frames_of(*title, 3, i)) decoder.decode(frame, sounds);
  ASSERT_FALSE(sounds.empty());
  EXPECT_EQ(sounds.front().at, 0s);
  EXPECT_LT(sounds.back().at, 2100ms);
  for (const auto& sound : sounds)
    EXPECT_TRUE(sound.at < 100ms || sound.at > 330ms || std::abs(sound.samples[0]) < 0.01F)
        << to_seconds(sound.at);
}

TEST(OddSource, WhatIsNoVideoIsRefusedWithItsName) {
  const Folder folder, sources;
  std::ofstream(sources / "notes.mp4") << "this is not a video";
  for (const auto& file : {sources / "notes.mp4", sources / "absent.mp4"}) {
    const auto report = add(file, folder);
    ASSERT_FALSE(report);
    EXPECT_EQ(report.error().fault, Fault::unreadable);
    EXPECT_NE(report.error().message().find(file), std::string::npos) << report.error().message();
    EXPECT_EQ(folder.files(), 0u);
  }
}

TEST(OddSource, SoundAloneIsRefusedEvenWithACover) {
  const Folder sources;
  ASSERT_EQ(run_ffmpeg("-f lavfi -i testsrc2=s=160x90 -frames:v 1 " + (sources / "cover.png")), "");
  const OddSource odd(
      tone + " -i " + (sources / "cover.png") + " -map 0 -map 1 -c:v copy -disposition:v attached_pic",
      "odd.mp3");
  ASSERT_FALSE(odd.report);
  EXPECT_EQ(odd.report.error().fault, Fault::unsupported);
  EXPECT_NE(odd.report.error().reason.find("has no moving picture"), std::string::npos);
}

TEST(OddSource, ATruncatedFileGivesWhatCanBeReadOrAnError) {
  const Folder folder, sources;
  ASSERT_EQ(run_ffmpeg(picture + " " + fast + " " + (sources / "a.mp4")), "");
  std::filesystem::resize_file(sources / "a.mp4",
                               std::filesystem::file_size(sources / "a.mp4") / 2);  // its tables are gone
  const auto lost = add(sources / "a.mp4", folder);
  ASSERT_FALSE(lost);
  EXPECT_EQ(lost.error().fault, Fault::unreadable);
  EXPECT_EQ(folder.files(), 0u);

  ASSERT_EQ(run_ffmpeg(picture + " " + fast + " " + (sources / "b.ts")), "");
  std::filesystem::resize_file(sources / "b.ts", std::filesystem::file_size(sources / "b.ts") / 2);
  const auto half = add(sources / "b.ts", folder);
  ASSERT_TRUE(half) << half.error().message();
  EXPECT_GT(half->frames, 10u);
  EXPECT_LT(half->frames, 60u);
}

}  // namespace
}  // namespace avocet::codec::test
