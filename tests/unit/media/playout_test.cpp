#include "protocol/media/playout.hpp"

#include <gtest/gtest.h>
#include <rapidcheck.h>
#include <rapidcheck/gtest.h>

#include <random>
#include <string>
#include <vector>

namespace avocet::media {
namespace {

constexpr TrackId high{1}, low{2}, sound{3};
constexpr Time origin{10s};

/// Frames of 40 ms, a key frame every 10. Time is told as ms since `origin`; what is released as "v1:7"
/// (video, track, number), "a3:7" audio, with "!" when it is late.
class Play : public ::testing::Test {
 protected:
  void begin(Playout::Mode mode, bool with_audio = false, Playout::Config config = {}) {
    config.mode = mode;
    play = Playout(config);
    std::vector<PlayoutTrack> tracks{{high, Kind::video, {1, 1000}}, {low, Kind::video, {1, 1000}}};
    if (with_audio) tracks.push_back({sound, Kind::audio, {1, 1000}});
    play.set_tracks(origin, tracks, 0ms);
  }
  static Frame frame(std::uint64_t n, TrackId track = high, bool discardable = false) {
    const int length = track == sound ? 20 : 40;
    return {.number = FrameNumber{n},
            .pts = static_cast<std::int64_t>(n) * length,
            .duration = static_cast<std::uint32_t>(length),
            .capture = 500'000'000 + static_cast<std::int64_t>(n) * length * 1000,
            .key = track == sound || n % 10 == 0,
            .discardable = discardable,
            .payload = std::make_shared<Bytes>(100)};
  }
  void add(int ms, const Frame& f, TrackId track = high) { play.add(at(ms), track, f, at(ms)); }
  void add_range(int ms, std::uint64_t from, std::uint64_t to, TrackId track = high) {
    for (std::uint64_t n = from; n < to; ++n) add(ms, frame(n, track), track);
  }
  std::string next(int ms) {
    std::string all;
    while (const auto r = play.next(at(ms))) {
      all += (all.empty() ? "" : " ") + std::string(r->kind == Kind::video ? "v" : "a") +
             std::to_string(r->track.value) + ":" + std::to_string(r->frame.number.value) +
             (r->late ? "!" : "");
      due = to_ms(r->due);
    }
    return all;
  }
  int wake() { return play.wake() ? to_ms(*play.wake()) : -1; }
  static Time at(int ms) { return origin + std::chrono::milliseconds(ms); }
  static int to_ms(Time t) { return static_cast<int>((t - origin) / 1ms); }
  const PlayoutCounters& counters(int ms) { return play.counters(at(ms)); }

  Playout play{Playout::Config{}};
  int due = 0;
};

class Stored : public Play {
 protected:
  void SetUp() override { begin(Playout::Mode::stored); }
};

// AV-PLY-4
TEST_F(Stored, StartsWhenTheLatencyIsBuffered) {
  add_range(0, 0, 3);
  EXPECT_EQ(next(0), "");
  EXPECT_TRUE(play.stalled());
  add(50, frame(3));
  EXPECT_EQ(next(50), "v1:0 v1:1 v1:2");  // those of the next 100 ms
  EXPECT_EQ(due, 50 + 80);
  EXPECT_FALSE(play.stalled());
  EXPECT_EQ(wake(), 50 + 120 - 100);
  EXPECT_EQ(next(70), "v1:3");
  EXPECT_EQ(due, 50 + 120);
  EXPECT_EQ(play.released_until(), 160ms);
  EXPECT_EQ(play.position(at(90)), 40ms);
}

TEST_F(Stored, WaitsForTheFirstFrame) {
  add_range(0, 1, 8);
  EXPECT_EQ(next(0), "");
  add(30, frame(0));
  EXPECT_EQ(next(30), "v1:0 v1:1 v1:2");
  EXPECT_EQ(play.buffered(), 200ms);
}

// AV-PLY-4
TEST_F(Stored, AShortTitleStartsAtItsEnd) {
  Frame last = frame(1);
  last.end_of_track = true;
  add(0, frame(0)), add(0, last);
  EXPECT_EQ(next(0), "v1:0 v1:1");
  EXPECT_FALSE(play.finished(at(79)));
  EXPECT_TRUE(play.finished(at(80)));
  EXPECT_FALSE(play.stalled());
}

// AV-PLY-3
TEST_F(Stored, AMissingFrameStallsAndShiftsTheClock) {
  add_range(0, 0, 10), add_range(0, 11, 20);
  for (int ms = 0; ms < 400; ms += 10) next(ms);
  EXPECT_EQ(play.released_until(), 400ms);
  EXPECT_EQ(wake(), 400);
  EXPECT_EQ(next(400), "");
  EXPECT_TRUE(play.stalled());
  EXPECT_EQ(play.position(at(600)), 400ms);
  add(700, frame(10));
  EXPECT_EQ(next(700), "v1:10 v1:11 v1:12");
  EXPECT_EQ(due, 700 + 80);
  EXPECT_FALSE(play.stalled());
  const PlayoutCounters& c = counters(1000);
  EXPECT_EQ(c.freeze_count, 1u);
  EXPECT_EQ(c.total_freezes_duration, 700ms - 360ms);
  EXPECT_EQ(c.frames_received, 13u);
  EXPECT_EQ(c.frames_lost, 0u);
}

// AV-PLY-3
TEST_F(Stored, AfterAStallTheLatencyIsBufferedAgain) {
  add_range(0, 0, 4);
  for (int ms = 0; ms <= 200; ms += 10) next(ms);
  EXPECT_TRUE(play.stalled());
  add(210, frame(4));
  EXPECT_EQ(next(210), "");
  add_range(250, 5, 8);
  EXPECT_EQ(next(250), "v1:4 v1:5 v1:6");
}

TEST_F(Stored, AFrameInTimeForItsDecodingDoesNotStall) {
  add_range(0, 0, 4);
  for (int ms = 0; ms <= 150; ms += 10) next(ms);
  add(159, frame(4));
  EXPECT_EQ(next(159), "v1:4");
  EXPECT_EQ(due, 160);
}

// AV-SEG-7
TEST_F(Stored, SwitchesDownInTheMiddle) {
  add_range(0, 0, 10, high);
  EXPECT_EQ(next(0), "v1:0 v1:1 v1:2");
  add_range(10, 10, 13, high);  // void
  add_range(20, 10, 30, low);   // may come before we know
  play.on_switched(high, low, FrameNumber{10});
  add_range(30, 15, 17, high);  // void
  std::string all;
  for (int ms = 30; ms < 520; ms += 10) all += next(ms) + ";";
  EXPECT_NE(all.find("v1:9"), std::string::npos);
  EXPECT_EQ(all.find("v1:10"), std::string::npos);
  EXPECT_NE(all.find("v2:10"), std::string::npos);
  EXPECT_EQ(play.video_track(), low);
  EXPECT_EQ(counters(520).frames_received, 16u);  // 0..15: due within 610 ms
  EXPECT_EQ(counters(520).frames_lost + counters(520).frames_dropped, 0u);
  EXPECT_EQ(counters(520).freeze_count, 0u);
}

TEST_F(Stored, SwitchesAtOnceAndBack) {
  play.on_switched(high, low, FrameNumber{0});
  add_range(0, 0, 10, low);
  EXPECT_EQ(next(0), "v2:0 v2:1 v2:2");
  play.on_switched(low, high, FrameNumber{10});
  add_range(0, 10, 20, high);
  std::string all;
  for (int ms = 0; ms < 400; ms += 10) all += next(ms) + ";";
  EXPECT_NE(all.find("v1:10"), std::string::npos);
}

// AV-PLY-2
TEST_F(Stored, NeverEntersARenditionBetweenKeyFrames) {
  add_range(0, 0, 20, high);
  for (int ms = 0; ms <= 400; ms += 10) next(ms);  // up to 12
  play.on_switched(high, low, FrameNumber{10});    // too late
  add_range(400, 10, 30, low);
  std::string all;
  for (int ms = 410; ms < 900; ms += 10) {
    const std::string some = next(ms);
    if (!some.empty()) all += some + ";";
  }
  EXPECT_EQ(all.substr(0, 5), "v2:20");
  EXPECT_EQ(counters(900).frames_dropped, 7u);  // 13..19
}

TEST_F(Stored, PauseStopsTheClock) {
  add_range(0, 0, 20);
  next(0);
  play.pause(at(50));
  EXPECT_EQ(next(500), "");
  EXPECT_EQ(wake(), -1);
  EXPECT_EQ(play.position(at(500)), 50ms);
  play.resume(at(1050));
  EXPECT_EQ(next(1050), "v1:3");
  EXPECT_EQ(due, 1000 + 120);
  EXPECT_EQ(play.position(at(1060)), 60ms);
  EXPECT_EQ(counters(1400).freeze_count, 0u);
}

TEST_F(Stored, SeeksElsewhere) {
  add_range(0, 0, 20);
  next(0);
  const TrackId other{9};
  play.set_tracks(at(100), {{other, Kind::video, {1, 1000}}}, 4000ms);
  add_range(110, 0, 20);  // of the tracks before
  EXPECT_EQ(next(110), "");
  add_range(120, 100, 110, other);
  EXPECT_EQ(next(120), "v9:100 v9:101 v9:102");
  EXPECT_EQ(play.position(at(130)), 4010ms);
}

TEST_F(Stored, DecodesBeforeItPresents) {
  // I P B B: decode order 0 1 2 3, presentation 0 3 1 2, one frame of delay.
  const std::int64_t pts[] = {40, 160, 80, 120};
  for (std::uint64_t n = 0; n < 4; ++n) {
    Frame f = frame(n);
    f.pts = pts[n];
    f.reorder = static_cast<std::uint32_t>(pts[n] - static_cast<std::int64_t>(n) * 40);
    add(0, f);
  }
  EXPECT_EQ(next(0), "v1:0 v1:1 v1:2");
  EXPECT_EQ(due, 80);
  EXPECT_EQ(next(20), "v1:3");
  EXPECT_EQ(due, 120);
}

class StoredWithSound : public Play {
 protected:
  void SetUp() override { begin(Playout::Mode::stored, true); }
};

TEST_F(StoredWithSound, WaitsForBoth) {
  add_range(0, 0, 10);
  EXPECT_EQ(next(0), "");
  add_range(40, 0, 20, sound);
  EXPECT_EQ(next(40), "v1:0 a3:0 a3:1 v1:1 a3:2 a3:3 v1:2 a3:4 a3:5");
}

TEST_F(StoredWithSound, MissingSoundStallsThePictureToo) {
  add_range(0, 0, 50), add_range(0, 0, 8, sound);
  for (int ms = 0; ms < 160; ms += 10) next(ms);
  next(170);
  EXPECT_TRUE(play.stalled());
  add_range(300, 8, 40, sound);
  EXPECT_EQ(next(300), "a3:8 a3:9 a3:10 a3:11 a3:12 a3:13");
}

TEST_F(StoredWithSound, SoundThatEndsUnsaidIsNotWaitedForForever) {
  add_range(0, 0, 50), add_range(0, 0, 8, sound);
  for (int ms = 0; ms < 300; ms += 10) next(ms);
  EXPECT_TRUE(play.stalled());
  EXPECT_EQ(wake(), 1160);
  next(1160);
  EXPECT_FALSE(play.stalled());
}

TEST_F(StoredWithSound, WithoutAnySoundItStartsAfterAWhile) {
  add_range(0, 0, 50);
  EXPECT_EQ(next(0), "");
  EXPECT_EQ(wake(), 1000);
  EXPECT_EQ(next(1000), "v1:0 v1:1 v1:2");
}

TEST_F(Stored, TheServersWordEndsIt) {
  add_range(0, 0, 3);
  play.on_ended();
  EXPECT_EQ(next(0), "");
  EXPECT_EQ(wake(), 1000);
  EXPECT_EQ(next(1000), "v1:0 v1:1 v1:2");
  next(1200);
  EXPECT_TRUE(play.finished(at(1200)));
}

class Live : public Play {
 protected:
  void SetUp() override { begin(Playout::Mode::live); }
};

// AV-PLY-5
TEST_F(Live, ReleasesAtOnceAndPresentsAfterTheLatency) {
  add(0, frame(0));
  EXPECT_EQ(next(0), "v1:0");
  EXPECT_EQ(due, 150);
  add(60, frame(1));  // 20 ms slower than the first
  EXPECT_EQ(next(60), "v1:1");
  EXPECT_EQ(due, 190);
  add(70, frame(2));  // quicker: maps everything from now on
  EXPECT_EQ(next(70), "v1:2");
  EXPECT_EQ(due, 220);
}

TEST_F(Live, BeginsWithAKeyFrame) {
  add(0, frame(8)), add(40, frame(9)), add(80, frame(10));
  EXPECT_EQ(next(80), "");
  EXPECT_EQ(wake(), 150);
  next(150);
  EXPECT_EQ(next(190), "v1:10");
  EXPECT_EQ(counters(190).frames_dropped, 2u);
}

// AV-PLY-7
TEST_F(Live, ALateFrameIsForReferenceOnly) {
  add(0, frame(0)), add(80, frame(2)), add(120, frame(3));
  EXPECT_EQ(next(120), "v1:0");
  add(200, frame(1));  // due 190; frame 2 is due 230
  EXPECT_EQ(next(200), "v1:1! v1:2 v1:3");
  EXPECT_EQ(counters(300).frames_lost, 1u);
  EXPECT_EQ(counters(300).frames_received, 3u);
  EXPECT_EQ(counters(300).frames_dropped, 0u);
}

TEST_F(Live, WhatHadToWaitTooLongForItsReferenceIsNotShown) {
  add(0, frame(0)), add(80, frame(2)), add(120, frame(3));
  next(120);
  add(240, frame(1));
  EXPECT_EQ(next(240), "v1:1! v1:2! v1:3");
  EXPECT_EQ(counters(300).frames_lost, 1u);
  EXPECT_EQ(counters(300).frames_received, 3u);  // 0, 2, 3
  EXPECT_EQ(counters(300).frames_dropped, 1u);   // 2
}

// AV-PLY-2
TEST_F(Live, ALostFrameTakesTheRestUpToTheKeyFrame) {
  for (int n = 0; n < 12; ++n) {
    if (n != 4) add(n * 40, frame(static_cast<std::uint64_t>(n)));
  }
  EXPECT_EQ(next(440), "v1:0 v1:1 v1:2 v1:3");
  EXPECT_EQ(wake(), 400 + 150);
  EXPECT_EQ(next(549), "");
  EXPECT_EQ(next(550), "v1:10 v1:11");
  EXPECT_EQ(counters(600).frames_lost, 1u);
  EXPECT_EQ(counters(600).frames_received, 11u);
  EXPECT_EQ(counters(600).frames_dropped, 5u);
}

// AV-LIVE-9
TEST_F(Live, ALostFrameNeedsAKeyFrameOnceItsTimeHasPassed) {
  for (int n = 0; n < 9; ++n) {
    if (n != 4) add(n * 40, frame(static_cast<std::uint64_t>(n)));
  }
  next(320);
  EXPECT_FALSE(play.needs_key_frame(at(340)));
  next(350);  // frame 5 is due: 4 came too late if it comes
  EXPECT_EQ(play.needs_key_frame(at(350)), FrameNumber{8});
  add(360, frame(10));
  EXPECT_FALSE(play.needs_key_frame(at(360)));  // here it is
}

TEST_F(Live, WhatIsBrokenNeedsAKeyFrame) {
  for (int n = 0; n < 7; ++n) {
    if (n != 4) add(n * 40, frame(static_cast<std::uint64_t>(n)));
  }
  next(900);  // given up
  EXPECT_EQ(play.needs_key_frame(at(900)), FrameNumber{6});
  add(920, frame(10));
  next(920);
  EXPECT_FALSE(play.needs_key_frame(at(920)));
}

TEST_F(Live, SoundGoesOnWithoutWhatIsMissing) {
  begin(Playout::Mode::live, true);
  add(0, frame(0, sound), sound), add(40, frame(2, sound), sound);
  EXPECT_EQ(next(40), "a3:0");
  EXPECT_EQ(wake(), 170);
  EXPECT_EQ(next(170), "a3:2");
  EXPECT_EQ(counters(170).audio_frames_lost, 1u);
}

// AV-PLY-8
TEST_F(Live, WhatAllComesLateForSecondsIsShownLate) {
  add(0, frame(0));
  EXPECT_EQ(next(0), "v1:0");
  for (std::uint64_t n = 1; n < 100; ++n) {  // 300 ms more than the first, with a latency of 150
    add(static_cast<int>(n) * 40 + 300, frame(n));
    EXPECT_EQ(next(static_cast<int>(n) * 40 + 300), "v1:" + std::to_string(n) + (n <= 50 ? "!" : ""));
  }
  EXPECT_EQ(due, 99 * 40 + 300 + 150);
  // The path is quick again, and the delay goes back when nothing needed it for half a minute.
  for (std::uint64_t n = 100; n < 1000; ++n) {
    add(static_cast<int>(n) * 40, frame(n));
    next(static_cast<int>(n) * 40);
    const bool held = static_cast<int>(n) * 40 - (99 * 40 + 300) <= 30'000;
    ASSERT_EQ(due, static_cast<int>(n) * 40 + (held ? 300 : 0) + 150) << n;
  }
}

// AV-PLY-8
TEST_F(Live, AnOutageIsNoReasonToRunLate) {
  add(0, frame(0));
  next(0);
  // Nothing for three seconds, then all at once, and the next in time.
  for (std::uint64_t n = 1; n < 75; ++n) add(3000, frame(n));
  for (std::uint64_t n = 75; n < 80; ++n) add(static_cast<int>(n) * 40, frame(n));
  next(3200);
  EXPECT_EQ(due, 79 * 40 + 150);
}

// AV-LIVE-7
TEST_F(Live, PauseGoesOnAtTheLiveEdge) {
  add_range(0, 0, 3);
  next(0);
  play.pause(at(100));
  add_range(120, 3, 10);
  play.resume(at(5000));
  add(5000, frame(125));
  EXPECT_EQ(next(5000), "");
  add(5200, frame(130));
  EXPECT_EQ(next(5200), "v1:130");
}

TEST_F(Play, ImpossibleTimesAreRefused) {
  for (const auto mode : {Playout::Mode::stored, Playout::Mode::live}) {
    begin(mode);
    Frame f = frame(0);
    f.pts = std::numeric_limits<std::int64_t>::min();
    add(0, f);
    f = frame(0);
    f.capture = std::numeric_limits<std::int64_t>::max();
    add(0, f);
    EXPECT_EQ(next(0), "");
    EXPECT_EQ(counters(0).refused, 2u);
  }
}

TEST_F(Play, WhatIsHeldIsBounded) {
  begin(Playout::Mode::stored, false, {.max_frames = 50});
  for (std::uint64_t n = 1000; n > 0; --n) add(0, frame(n));
  EXPECT_EQ(counters(0).refused, 950u);
  add(0, frame(0));
  EXPECT_EQ(next(0), "v1:0 v1:1 v1:2");
}

// AV-PLY-1, AV-SEG-8
RC_GTEST_PROP(PlayoutProperty, StoredReleasesEveryFrameInOrderWhateverComesWhen, ()) {
  std::mt19937_64 random(*rc::gen::arbitrary<std::uint64_t>());
  const int most_delay = *rc::gen::inRange(1, 1500);
  Playout play{Playout::Config{}};
  play.set_tracks(origin, {{high, Kind::video, {1, 1000}}, {low, Kind::video, {1, 1000}}}, 0ms);
  struct Arrival {
    Time at;
    TrackId track;
    std::uint64_t n;
  };
  std::vector<Arrival> arrivals;
  constexpr std::uint64_t count = 200;
  for (std::uint64_t n = 0; n < count; ++n) {
    const TrackId track = n / 20 % 2 == 0 ? high : low;
    const Time sent = origin + n * 20ms;
    arrivals.push_back(
        {sent + std::chrono::milliseconds(random() % static_cast<unsigned>(most_delay)), track, n});
  }
  for (std::uint64_t at = 20; at < count; at += 20) {
    const bool down = at / 20 % 2 == 1;
    play.on_switched(down ? high : low, down ? low : high, FrameNumber{at});
  }
  std::ranges::sort(arrivals, {}, &Arrival::at);
  Time now = origin;
  std::uint64_t released = 0;
  Time last_due = Time::min();
  const auto drain = [&] {
    while (const auto r = play.next(now)) {
      RC_ASSERT(r->frame.number == FrameNumber{released});
      RC_ASSERT(r->due > last_due);
      RC_ASSERT(!r->late);
      last_due = r->due;
      ++released;
    }
    RC_ASSERT(!play.wake() || *play.wake() > now);
  };
  for (const Arrival& a : arrivals) {
    while (play.wake() && *play.wake() <= a.at) now = *play.wake(), drain();
    now = a.at;
    Frame f{.number = FrameNumber{a.n},
            .pts = static_cast<std::int64_t>(a.n) * 40,
            .duration = 40,
            .key = a.n % 10 == 0,
            .end_of_track = a.n + 1 == count};
    play.add(now, a.track, f, now);
    drain();
  }
  while (play.wake()) now = *play.wake(), drain();
  RC_ASSERT(released == count);
  RC_ASSERT(play.counters(now + 10s).frames_received == count);
  RC_ASSERT(play.finished(now + 10s));
}

// AV-PLY-1, AV-PLY-2
RC_GTEST_PROP(PlayoutProperty, LiveAccountsForEveryFrameAndNeverBreaksAChain, ()) {
  std::mt19937_64 random(*rc::gen::arbitrary<std::uint64_t>());
  Playout play{Playout::Config{.mode = Playout::Mode::live}};
  play.set_tracks(origin, {{high, Kind::video, {1, 1000}}}, 0ms);
  struct Arrival {
    Time at;
    std::uint64_t n;
  };
  std::vector<Arrival> arrivals;
  constexpr std::uint64_t count = 300;
  for (std::uint64_t n = 0; n < count; ++n) {
    if (n > 0 && n + 1 < count && random() % 20 == 0) continue;
    const auto delay = n == 0 ? 0 : random() % (random() % 10 == 0 ? 400 : 100);
    arrivals.push_back({origin + n * 40ms + std::chrono::milliseconds(delay), n});
  }
  std::ranges::sort(arrivals, {}, &Arrival::at);
  std::optional<std::uint64_t> last;
  std::uint64_t shown = 0;
  Time now = origin;
  const auto drain = [&] {
    while (const auto r = play.next(now)) {
      const std::uint64_t n = r->frame.number.value;
      RC_ASSERT(r->frame.key || (last && n == *last + 1));
      RC_ASSERT(!last || n > *last);
      last = n;
      shown += !r->late;
    }
  };
  for (const Arrival& a : arrivals) {
    while (play.wake() && *play.wake() <= a.at) now = std::max(now, *play.wake()), drain();
    now = a.at;
    Frame f{.number = FrameNumber{a.n},
            .pts = static_cast<std::int64_t>(a.n) * 40,
            .duration = 40,
            .capture = static_cast<std::int64_t>(a.n) * 40'000,
            .key = a.n % 15 == 0};
    play.add(now, high, f, now);
    drain();
  }
  while (play.wake()) now = std::max(now, *play.wake()), drain();
  const PlayoutCounters& c = play.counters(now + 10s);
  RC_ASSERT(c.frames_received - c.frames_dropped == shown);
  RC_ASSERT(c.frames_received + c.frames_lost == count);
}

}  // namespace
}  // namespace avocet::media
