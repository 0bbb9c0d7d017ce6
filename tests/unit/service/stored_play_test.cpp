#include "protocol/service/stored_play.hpp"

#include <gtest/gtest.h>

#include "tests/unit/service/house.hpp"

namespace avocet::test {
namespace {

/// A user who watches a title of 10 s: segments of 0.5 s in 240p, 720p, 1440p, with audio.
struct Watching : House {
  explicit Watching(DataRate rate = DataRate::mbps(1), const wire::Play& play = play_message(1, "clip")) {
    service.set_catalogue({title("clip")});
    ada = join("ada", 1);
    ada.port->now_path.target = rate;
    tell(ada, play);
  }
  void credit(Duration until, Duration shown = {}, std::uint32_t generation = 0) {
    tell(ada, wire::Credit{.play = {1}, .generation = generation, .until = until, .shown = shown});
  }
  /// Frames sent on the title's track of that index, by the latest Tracks.
  std::vector<std::uint64_t> numbers(std::size_t track) const {
    std::vector<std::uint64_t> found;
    for (const auto& s : ada.port->sent) {
      if (s.track == id(track)) found.push_back(s.frame.number.value);
    }
    return found;
  }
  TrackId id(std::size_t track) const { return ada.port->last<wire::Tracks>().tracks.at(track).id; }
  void rate(double mbps) {
    ada.port->now_path.target = DataRate::mbps(mbps);
    service.ready(now, ada.id);
    drain();
  }
  /// Everything sent arrives, and the client watches on.
  void watch(Duration from, Duration to) {
    for (Duration at = from; at <= to; at += 100ms) {
      ada.port->deliver_all();
      credit(at + 1500ms, at);
      run(100ms);
    }
  }
  Client ada;
};

// AV-SVC-24, AV-SVC-25
TEST(StoredPlay, AnswersWithItsTracks) {
  Watching w;
  const auto tracks = w.ada.port->last<wire::Tracks>();
  ASSERT_EQ(tracks.tracks.size(), 4u);
  EXPECT_EQ(tracks.first, tracks.tracks[0].id);
  EXPECT_EQ(tracks.duration, 10s);
  EXPECT_EQ(tracks.tracks[2].rendition, "1440p");
  EXPECT_TRUE(w.ada.port->sent.empty());
  EXPECT_EQ(w.all<PlayBegan>().at(0).rendition, "240p");
  EXPECT_EQ(w.service.plays(), 1u);
}

// AV-SEG-2, AV-SEG-5
TEST(StoredPlay, SendsWholeSegmentsWithinCreditAudioFirst) {
  Watching w;
  w.credit(900ms);
  EXPECT_EQ(w.numbers(0).size(), 10u);
  EXPECT_EQ(w.numbers(3).size(), 10u);
  EXPECT_EQ(w.ada.port->sent.front().track, w.id(3));
  EXPECT_FALSE(w.ada.port->sent.front().deadline);
  w.credit(1000ms);
  EXPECT_EQ(w.numbers(0).size(), 20u);
}

TEST(StoredPlay, FewSegmentsWaitInTheSession) {
  Watching w(DataRate::mbps(1));
  w.ada.port->now_path.target = DataRate::mbps(0.5);  // a segment of 240p takes 0.4 s
  w.credit(5s);
  EXPECT_EQ(w.numbers(0).size(), 20u);
  w.run(1s);
  EXPECT_EQ(w.numbers(0).size(), 20u);
  w.ada.port->deliver_all();
  w.run(300ms);  // nobody tells: it looks by itself
  EXPECT_EQ(w.numbers(0).size(), 40u);
}

TEST(StoredPlay, GoesOnWhereTheSessionWasFull) {
  Watching w;
  w.ada.port->room = 15;
  w.credit(500ms);
  EXPECT_EQ(w.ada.port->sent.size(), 15u);
  w.ada.port->room = 100;
  w.service.ready(w.now, w.ada.id);
  EXPECT_EQ(w.ada.port->sent.size(), 20u);
  EXPECT_EQ(w.numbers(0).back(), 9u);
}

// AV-SEG-2
TEST(StoredPlay, ShortBufferIsServedFrameByFrame) {
  wire::Play play = House::play_message(1, "clip");
  play.buffer = 200ms;
  Watching w(DataRate::mbps(1), play);
  w.credit(200ms);
  EXPECT_EQ(w.numbers(0), (std::vector<std::uint64_t>{}));  // audio goes first, up to there
  EXPECT_EQ(w.numbers(3).size(), 4u);
}

// AV-SEG-9
TEST(StoredPlay, StepUpBeginsWithTheNextUnsentSegment) {
  Watching w;
  w.watch(0ms, 500ms);
  w.rate(8);
  w.watch(600ms, 3s);
  const auto switched = w.ada.port->last<wire::Switched>();
  EXPECT_EQ(switched.from, w.id(0));
  EXPECT_EQ(switched.to, w.id(2));
  EXPECT_EQ(switched.reason, "rate rose to 8.0 Mbit/s");
  EXPECT_TRUE(w.ada.port->cancelled.empty());
  ASSERT_FALSE(w.numbers(2).empty());
  EXPECT_EQ(w.numbers(2).front(), switched.at.value);
  EXPECT_EQ(w.numbers(0).back() + 1, switched.at.value);
  EXPECT_EQ(w.all<PlaySwitched>().at(0).to, "1440p");
}

/// Plays 1440p until 3 s are shown and the segments from 4 s on are on their way, whole and not.
struct AtFullRate : Watching {
  AtFullRate() : Watching(DataRate::mbps(20)) {
    watch(0ms, 2900ms);
    ada.port->deliver_all();
    credit(4500ms, 3s);
    EXPECT_EQ(numbers(2).back(), 89u);
  }
};

// AV-SEG-9
TEST(StoredPlay, StepDownTakesBackWhatHasNotArrived) {
  AtFullRate w;
  w.rate(1);
  const auto switched = w.ada.port->last<wire::Switched>();
  EXPECT_EQ(switched.from, w.id(2));
  EXPECT_EQ(switched.to, w.id(0));
  EXPECT_EQ(switched.at.value, 80u);  // begins at 4 s
  EXPECT_EQ(switched.reason, "rate fell to 1.0 Mbit/s");
  ASSERT_EQ(w.ada.port->cancelled.size(), 1u);
  EXPECT_EQ(w.ada.port->cancelled[0], (std::pair{w.id(2), FrameNumber{80}}));
  EXPECT_EQ(w.numbers(0).front(), 80u);
  w.watch(3100ms, 4s);
  EXPECT_EQ(w.numbers(2).back(), 89u);  // nothing more of it
}

// AV-SEG-4, AV-SEG-9
TEST(StoredPlay, StepDownLeavesWhatTheClientMayHaveBegun) {
  AtFullRate w;
  w.credit(5500ms, 3950ms);  // about to begin the segment at 4 s
  w.rate(1);
  const auto switched = w.ada.port->last<wire::Switched>();
  EXPECT_EQ(switched.at.value, 90u);
  EXPECT_EQ(w.numbers(0).front(), 90u);
}

TEST(StoredPlay, StepDownTakesBackAKeyFrameThatIsStillInTheQueue) {
  AtFullRate w;
  w.credit(5500ms, 3950ms);
  w.ada.port->unsent = 10'000'000;
  w.rate(1);
  EXPECT_EQ(w.ada.port->last<wire::Switched>().at.value, 80u);
}

// AV-SEG-11
TEST(StoredPlay, PauseHoldsAndGoesOn) {
  Watching w;
  w.tell(w.ada, wire::Pause{.play = {1}});
  w.credit(3s);
  EXPECT_TRUE(w.ada.port->sent.empty());
  w.tell(w.ada, wire::Pause{.play = {1}, .paused = false});
  EXPECT_FALSE(w.ada.port->sent.empty());
}

// AV-SEG-1, AV-SEG-12
TEST(StoredPlay, SeekBeginsAnewOnOtherTracks) {
  Watching w;
  w.credit(1500ms);
  const TrackId before = w.id(0);
  w.tell(w.ada, wire::Seek{.play = {1}, .generation = 1, .position = 7200ms});
  const auto tracks = w.ada.port->last<wire::Tracks>();
  EXPECT_EQ(tracks.generation, 1u);
  EXPECT_EQ(tracks.start, 7s);
  EXPECT_GT(tracks.tracks[0].id, before);
  EXPECT_FALSE(w.ada.port->open.contains(before));
  w.credit(9s, 8s, 0);  // of the generation before
  EXPECT_TRUE(w.numbers(0).empty());
  w.credit(8500ms, 7s, 1);
  EXPECT_EQ(w.numbers(0).front(), 140u);
  // An old generation changes nothing.
  w.tell(w.ada, wire::Seek{.play = {1}, .generation = 1, .position = 1s});
  EXPECT_EQ(w.ada.port->all<wire::Tracks>().size(), 2u);
}

TEST(StoredPlay, LateAnswersAreIgnored) {
  Watching w;
  w.supplying = false;
  w.credit(1s);
  ASSERT_EQ(w.needed.size(), 1u);
  w.tell(w.ada, wire::Seek{.play = {1}, .generation = 1, .position = 5s});
  w.service.supply(w.now, w.needed[0], House::segment(3, 0));
  w.service.fail(w.now, w.needed[0], "gone");
  EXPECT_TRUE(w.ada.port->sent.empty());
  EXPECT_TRUE(w.ada.port->all<wire::Ended>().empty());
}

// AV-SVC-30
TEST(StoredPlay, FailureEndsItWithTheReason) {
  Watching w;
  w.supplying = false;
  w.credit(1s);
  w.service.fail(w.now, w.needed.at(0), "clip_720p.mp4 was removed");
  w.drain();
  EXPECT_EQ(w.ada.port->last<wire::Ended>().reason, "clip_720p.mp4 was removed");
  EXPECT_EQ(w.service.plays(), 0u);
  EXPECT_TRUE(w.ada.port->open.empty());
}

// AV-SEG-13
TEST(StoredPlay, EndsWhenAllWasShown) {
  Watching w;
  w.watch(0ms, 9800ms);
  EXPECT_EQ(w.numbers(0).size() + w.numbers(1).size() + w.numbers(2).size(), 200u);
  EXPECT_TRUE(w.ada.port->all<wire::Ended>().empty());
  w.credit(12s, 10s);
  EXPECT_EQ(w.ada.port->all<wire::Ended>().size(), 1u);
  EXPECT_EQ(w.ada.port->last<wire::Ended>().reason, "");
  EXPECT_EQ(w.service.plays(), 0u);
  w.credit(12s, 10s);  // may still be under way
  EXPECT_TRUE(w.ada.port->all<wire::Refused>().empty());
}

// AV-SVC-28
TEST(StoredPlay, FixedRenditionStaysWhateverTheRate) {
  wire::Play play = House::play_message(1, "clip");
  play.rendition = "720p";
  Watching w(DataRate::mbps(0.5), play);
  EXPECT_EQ(w.ada.port->last<wire::Tracks>().first, w.id(1));
  w.watch(0ms, 3s);
  EXPECT_TRUE(w.ada.port->all<wire::Switched>().empty());
  w.tell(w.ada, wire::SwitchRendition{.play = {1}, .rendition = "240p"});
  w.watch(3s, 4s);
  EXPECT_EQ(w.ada.port->last<wire::Switched>().to, w.id(0));
  EXPECT_EQ(w.ada.port->last<wire::Switched>().reason, "asked for");
  w.tell(w.ada, wire::SwitchRendition{.play = {1}, .rendition = "4k"});
  EXPECT_EQ(w.ada.port->last<wire::Refused>().code, wire::RefusalCode::no_such_rendition);
}

TEST(StoredPlay, ProbesNoHigherThanItCanUse) {
  Watching w;
  w.rate(1);
  EXPECT_GT(w.ada.port->ceiling, DataRate::mbps(7));
  EXPECT_LT(w.ada.port->ceiling, DataRate::mbps(9));
}

}  // namespace
}  // namespace avocet::test
