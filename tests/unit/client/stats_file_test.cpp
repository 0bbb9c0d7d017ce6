#include "endpoints/client/stats_file.hpp"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <fstream>
#include <nlohmann/json.hpp>

namespace avocet::client {
namespace {

Snapshot some_play() {
  Snapshot s;
  s.began = Time(100s);
  s.at = Time(110s);
  s.started_at = 1.7e9;
  s.connecting = 40ms;
  s.title = "film";
  s.play.time_to_first_frame = 200ms;
  s.play.rendition_switches = {{Time(106500ms), "1440p", "240p", "rate fell to 0.9 Mbit/s"}};
  return s;
}

TEST(Stats, NameWhatTheStandardNames) {
  const nlohmann::json j = to_json(some_play());
  for (const char* name :
       {"framesReceived", "framesDecoded", "framesDropped", "freezeCount", "totalFreezesDuration",
        "packetsReceived", "packetsLost", "retransmittedPacketsReceived", "fecPacketsReceived", "jitter",
        "currentRoundTripTime", "bytesReceived", "frameWidth", "frameHeight", "startedAt", "framesExpected",
        "decodeErrors", "timeToFirstFrame", "renditionSwitches"}) {
    EXPECT_TRUE(j.contains(name)) << name;
  }
}

TEST(Stats, AreInSecondsSinceTheStart) {
  const nlohmann::json j = to_json(some_play());
  EXPECT_DOUBLE_EQ(j["elapsed"].get<double>(), 10);
  EXPECT_DOUBLE_EQ(j["timeToFirstFrame"].get<double>(), 0.24);
  ASSERT_EQ(j["renditionSwitches"].size(), 1u);
  EXPECT_DOUBLE_EQ(j["renditionSwitches"][0]["at"].get<double>(), 6.5);
  EXPECT_EQ(j["renditionSwitches"][0]["from"], "1440p");
  EXPECT_EQ(j["renditionSwitches"][0]["to"], "240p");
  EXPECT_EQ(j["renditionSwitches"][0]["reason"], "rate fell to 0.9 Mbit/s");
}

TEST(Stats, BeforeTheFirstPictureThereIsNoTimeToIt) {
  Snapshot s;
  EXPECT_TRUE(to_json(s)["timeToFirstFrame"].is_null());
  EXPECT_TRUE(to_json(s)["position"].is_null());
}

RC_GTEST_PROP(Stats, FramesAddUpAtEveryInstant, ()) {
  Snapshot s;
  const auto few = [] { return *rc::gen::inRange<std::uint64_t>(0, 100); };
  s.decoding = *rc::gen::arbitrary<bool>();
  s.play.frames_dropped = few();
  s.play.frames_received = s.play.frames_dropped + few();
  s.play.frames_lost = few();
  s.video.decoded = few();
  s.video.left_out = few();
  const nlohmann::json j = to_json(s);
  const auto number = [&](const char* name) { return j.at(name).get<std::uint64_t>(); };
  RC_ASSERT(number("framesReceived") == number("framesDecoded") + number("framesDropped"));
  RC_ASSERT(number("framesExpected") == number("framesReceived") + number("framesLost"));
}

TEST(Stats, WithoutDecodingWhatWouldHaveBeenFedCounts) {
  Snapshot s;
  s.decoding = false;
  s.play.frames_received = 100;
  s.play.frames_dropped = 3;
  s.released_per_rendition = {{"240p", 97}};
  EXPECT_EQ(s.frames_decoded(), 97u);
  EXPECT_EQ(s.frames_received(), 100u);
  EXPECT_EQ(s.frames_per_rendition().at("240p"), 97u);
}

TEST(Stats, LastStateIsInTheFile) {
  const auto file = std::filesystem::path(testing::TempDir()) / "client_stats_file_test.json";
  Snapshot s = some_play();
  {
    StatsFile stats(file, [&] { return s; });
    s.over = true;
    EXPECT_EQ(stats.finish(), "");
  }
  std::ifstream in(file);
  EXPECT_EQ(nlohmann::json::parse(in)["over"], true);
  std::filesystem::remove(file);
}

TEST(Stats, AFileThatCannotBeWrittenIsReported) {
  StatsFile stats("/proc/there/is/none.json", [] { return Snapshot(); });
  EXPECT_NE(stats.finish().find("/proc/there"), std::string::npos);
}

}  // namespace
}  // namespace avocet::client
