#include "sim/source/stored_frames.hpp"

#include <gtest/gtest.h>

#include <set>

#include "sim/adapter/run.hpp"
#include "sim/experiment/scenario_file.hpp"

namespace avocet::sim {
namespace {

/// Two pictures to a segment of 200 ms, sound of 100 ms a frame that begins before and ends after the video.
constexpr std::string_view small = R"(# a comment
track video 240p h264 1/10 426x240 300000
0 -1 1 900 K
1 0 1 100 D
2 1 1 800 K
3 2 1 110 -
track video 720p h264 1/1000 1280x720 2000000
0 -100 100 9000 K
100 0 100 1000 -
200 100 100 8000 K
300 200 100 1100 -
track audio aac 1/48000 48000Hz 2ch 64000
-1024 -1024 4800 50 K
3776 3776 4800 51 K
8576 8576 4800 52 K
13376 13376 4800 53 K
18176 18176 4800 54 K
22976 22976 4800 55 K
)";

std::shared_ptr<const FrameTrace> trace(std::string_view text) {
  auto parsed = FrameTrace::parse(text);
  EXPECT_TRUE(parsed) << parsed.error();
  return std::make_shared<const FrameTrace>(std::move(*parsed));
}

std::string error_of(std::string text, std::string_view from, std::string_view to) {
  const auto parsed = FrameTrace::parse(text.replace(text.find(from), from.size(), to));
  return parsed ? "it was read" : parsed.error();
}

TEST(FrameTrace, FindsItsSegments) {
  const auto read = trace(small);
  ASSERT_EQ(read->tracks.size(), 3u);
  EXPECT_EQ(read->starts, (std::vector<Duration>{0ms, 200ms}));
  EXPECT_EQ(read->length, 400ms);
  EXPECT_EQ(read->tracks[0].frames[0].reorder, 1u);
  EXPECT_TRUE(read->tracks[0].frames[1].discardable);
  EXPECT_EQ(read->tracks[2].sample_rate, 48'000u);
}

TEST(FrameTrace, SaysWhatIsWrong) {
  const std::string text(small);
  EXPECT_EQ(error_of(text, "1 0 1 100 D", "1 0 1 0 D"),
            "line 4: '1 0 1 0 D': wanted is PTS DTS DURATION SIZE and K, D or -, after a track");
  EXPECT_EQ(error_of(text, "426x240", "426"),
            "line 2: 'track video 240p h264 1/10 426 300000': wanted is track video "
            "RENDITION CODEC 1/HZ WxH BITRATE or track audio CODEC 1/HZ RATEHz NUMBERch BITRATE");
  EXPECT_EQ(error_of(text, "200 100 100 8000 K", "200 100 100 8000 -"),
            "720p has its key frames at other instants than 240p");
  EXPECT_EQ(error_of("", "", ""), "there is no track of video, or not first");
}

TEST(StoredFrames, CutAndRepeatTheTitle) {
  const StoredFrames title(trace(small), 2);
  EXPECT_EQ(title.duration(), 800ms);
  EXPECT_EQ(title.segment_starts(), (std::vector<Duration>{0ms, 200ms, 400ms, 600ms}));
  for (std::size_t track = 0; track < 3; ++track) {
    std::uint64_t next = 0;
    std::int64_t pts = INT64_MIN;
    for (std::uint32_t index = 0; index < 4; ++index) {
      const auto segment = title.segment(track, index);
      EXPECT_EQ(segment->index, index);
      for (const media::Frame& frame : segment->frames) {
        EXPECT_EQ(frame.number.value, next++);
        EXPECT_GT(frame.pts, pts);
        pts = frame.pts;
      }
      EXPECT_EQ(segment->frames.back().end_of_track, index == 3);
    }
    EXPECT_EQ(next, 8u) << "sound that is longer than the pictures is left out";
  }
  EXPECT_EQ(title.segment(1, 2)->frames[0].pts, 400);
  EXPECT_EQ(title.segment(1, 2)->frames[0].size(), 9000u);
}

/// While enough is buffered nothing is sent, and nothing is heard of the queue that the last segment left:
/// which must not be taken for somebody else's.
TEST(StoredFrames, AreSoonWatchedInTheBestThatThePathCarries) {
  for (const char* delay : {"10ms", "20ms", "25ms", "30ms", "50ms"}) {
    for (const char* rate : {"3500kbit", "4mbit", "5mbit", "8mbit"}) {
      const std::string text =
          std::string("title = \"A film\"\nlength = \"8s\"\n[[link]]\nname = \"path\"\n") +
          "between = [\"left\", \"right\"]\nqueue = \"200ms\"\ndelay = \"" + delay + "\"\nrate = \"" + rate +
          "\"\n[[flow]]\nname = \"film\"\nfrom = \"left\"\nto = \"right\"\n" +
          "kind = \"stored\"\nbuffer = \"3s\"\nframes = \"frames/clip.frames\"\n";
      const auto read = parse_scenario(text, std::string(AVOCET_SCENARIOS) + "/film.toml", {});
      ASSERT_TRUE(read) << read.error().front().message;
      const RunResult result = run(*read, {.seed = 1});
      EXPECT_EQ(result.flows[0].renditions.back().name, "720p") << delay << ", " << rate;
    }
  }
}

TEST(StoredFrames, AreWatchedInOtherRenditionsWhenTheCapacitySteps) {
  auto read = read_scenario(std::string(AVOCET_SCENARIOS) + "/vod-steps.toml", {{"length", "45s"}});
  ASSERT_TRUE(read) << read.error().front().message;
  const RunResult result = run(*read, {.seed = 1});
  EXPECT_TRUE(result.violations.empty());
  const FlowRecord& film = result.flows[0];
  std::set<std::string> seen;
  for (const auto& rendition : film.renditions) seen.insert(rendition.name);
  EXPECT_TRUE(seen.contains("720p"));
  EXPECT_GT(film.rendition_switches, 1u);
  EXPECT_NE(film.renditions.back().name, "720p") << "1.5 Mbit/s since 30 s";
  EXPECT_EQ(film.frames_delivered.size(), film.frames_sent.size()) << "all of them, once";
}

}  // namespace
}  // namespace avocet::sim
