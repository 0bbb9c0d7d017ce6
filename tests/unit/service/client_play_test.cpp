#include "protocol/service/client_play.hpp"

#include <gtest/gtest.h>

#include "protocol/service/tracks.hpp"
#include "tests/unit/service/house.hpp"

namespace avocet::test {
namespace {

/// A client's play of a stored title of 10 s, twenty pictures a second, fed by hand.
struct Player {
  explicit Player(const PlayRequest& request = {.title = "clip"}) : play(now, PlayId{1}, request) {}

  void tracks(std::uint32_t generation = 0, std::uint32_t first_id = 1, Duration start = {}) {
    wire::Tracks message{.play = {1}, .generation = generation, .duration = 10s, .start = start};
    for (std::uint32_t i = 0; i < 4; ++i)
      message.tracks.push_back(to_wire(House::tracks()[i], TrackId{first_id + i}));
    message.first = TrackId{first_id};
    play.tracks(now, message);
    advance();
  }
  /// Segments of a rendition with their sound; segment 19 is the last.
  void segments(std::size_t rendition, std::uint32_t from, std::uint32_t to, std::uint32_t first_id = 1,
                bool sound = true) {
    for (std::uint32_t s = from; s < to; ++s) {
      for (const std::size_t track : {std::size_t{3}, rendition}) {
        if (track == 3 && !sound) continue;
        const media::SharedSegment source = House::segment(track, s);
        for (media::Frame frame : source->frames) {
          frame.end_of_track = frame.number.value == 199;
          if (track == 3) frame.key = true;
          play.frame(now, {TrackId{first_id + static_cast<std::uint32_t>(track)}, frame, now, now, false});
        }
      }
    }
    advance();
  }
  void advance() {
    play.advance(now, events, messages);
    const auto read = [this](const auto& message) {
      if constexpr (std::is_same_v<decltype(message), const wire::Credit&>) credits.push_back(message);
    };
    struct Writer {
      MessageStream& stream;
      decltype(read)& reader;
      session::Admission write(Time, ByteView data) {
        stream.receive(data, reader, [] { return true; });
        return session::Admission::accepted;
      }
    };
    messages.flush(now, Writer{received, read});
  }
  void run(Duration span) {
    const Time end = now + span;
    while (play.due() && *play.due() <= end) {
      ASSERT_LT(++wakes, 2000u) << "it does not come to rest";
      now = std::max(now + 1us, *play.due());
      advance();
    }
    now = end;
    advance();
  }
  template <class T>
  std::vector<T> all() const {
    std::vector<T> found;
    for (const auto& event : events) {
      if (const auto* e = std::get_if<T>(&event)) found.push_back(*e);
    }
    return found;
  }
  std::vector<std::uint64_t> pictures() const {
    std::vector<std::uint64_t> numbers;
    for (const FrameReady& f : all<FrameReady>()) {
      if (f.track < 3) numbers.push_back(f.frame.number.value);
    }
    return numbers;
  }

  Time now{1s};
  std::size_t wakes = 0;
  ClientPlay play;
  std::deque<ClientEvent> events;
  MessageStream messages{1 << 20}, received{1 << 20};
  std::vector<wire::Credit> credits;
};

TEST(ClientPlay, GivesCreditForItsBufferAndKeepsItFull) {
  Player p;
  EXPECT_TRUE(p.credits.empty());
  p.tracks();
  ASSERT_EQ(p.credits.size(), 1u);
  EXPECT_EQ(p.credits[0].until, 1500ms);
  EXPECT_EQ(p.credits[0].shown, 0ms);
  p.segments(0, 0, 3);
  p.run(1s);
  // Each grants a quarter of the buffer more.
  EXPECT_GE(p.credits.size(), 3u);
  EXPECT_LE(p.credits.size(), 5u);
  EXPECT_GE(p.credits.back().until, 2125ms);
  EXPECT_EQ(p.credits.back().until, p.credits.back().shown + 1500ms);
}

TEST(ClientPlay, StallSaysNothingMoreAndResumes) {
  Player p;
  p.tracks();
  p.segments(0, 0, 2);
  p.run(3s);
  EXPECT_EQ(p.pictures().size(), 20u);
  EXPECT_EQ(p.all<Stalled>().size(), 1u);
  const std::size_t credits = p.credits.size();
  p.run(3s);
  EXPECT_EQ(p.credits.size(), credits);
  p.segments(0, 2, 4);
  p.run(200ms);
  ASSERT_EQ(p.all<Resumed>().size(), 1u);
  EXPECT_GT(p.all<Resumed>()[0].stalled_for, 4s);
}

TEST(ClientPlay, SwitchComesOutBeforeItsFirstFrame) {
  Player p;
  p.tracks();
  p.segments(0, 0, 2);
  p.run(300ms);
  p.segments(2, 2, 4, 1, false);  // overtakes the message
  const Time arrived = p.now;
  p.run(100ms);
  EXPECT_FALSE(p.play.switched(
      {.play = {1}, .from = TrackId{1}, .to = TrackId{3}, .at = FrameNumber{20}, .reason = "because"}));
  p.segments(1, 2, 4);  // only its sound counts
  p.run(1500ms);
  const auto switches = p.all<SwitchedRendition>();
  ASSERT_EQ(switches.size(), 1u);
  EXPECT_EQ(switches[0].from, 0u);
  EXPECT_EQ(switches[0].to, 2u);
  EXPECT_EQ(switches[0].at.value, 20u);
  EXPECT_EQ(switches[0].reason, "because");
  EXPECT_EQ(switches[0].arrived, arrived);
  for (const FrameReady& f : p.all<FrameReady>()) {
    if (f.track == 3) continue;
    EXPECT_EQ(f.track, f.frame.number.value < 20 ? 0u : 2u);
  }
  EXPECT_EQ(p.play.stats(p.now).rendition_switches.at(0).to, "1440p");
  EXPECT_EQ(p.play.stats(p.now).rendition, "1440p");
}

TEST(ClientPlay, SwitchInThePastGoesBackToTheBeginOfTheSegment) {
  Player p;
  p.tracks();
  p.segments(2, 0, 2);
  p.segments(0, 0, 2);
  p.run(800ms);
  const auto before = p.pictures();
  ASSERT_GT(before.back(), 12u);
  const auto seek =
      p.play.switched({.play = {1}, .from = TrackId{1}, .to = TrackId{2}, .at = FrameNumber{10}});
  ASSERT_TRUE(seek);
  EXPECT_EQ(seek->generation, 1u);
  EXPECT_EQ(seek->position, (before.back() + 1) * 50ms);
  p.run(500ms);
  EXPECT_EQ(p.pictures(), before);
  p.tracks(1, 5, 500ms);
  p.segments(0, 1, 3, 5);
  p.run(300ms);
  EXPECT_EQ(p.pictures()[before.size()], 10u);
}

TEST(ClientPlay, SeekForgetsWhatWasAndIgnoresOldTracks) {
  Player p;
  p.tracks();
  p.segments(0, 0, 3);
  p.run(500ms);
  const auto first = p.play.seek(5s);
  const auto second = p.play.seek(7s);
  ASSERT_TRUE(first && second);
  EXPECT_EQ(second->generation, 2u);
  const std::size_t shown = p.pictures().size();
  p.tracks(1, 5, 5s);  // answers the first: void
  p.run(500ms);
  EXPECT_EQ(p.pictures().size(), shown);
  EXPECT_EQ(p.all<PlayStarted>().size(), 1u);
  p.tracks(2, 9, 7s);
  p.segments(0, 14, 16, 9);
  p.run(500ms);
  EXPECT_EQ(p.pictures()[shown], 140u);
  EXPECT_EQ(p.all<PlayStarted>().back().start, 7s);
  EXPECT_EQ(p.credits.back().generation, 2u);
}

TEST(ClientPlay, TellsTheEndAndEnds) {
  Player p;
  p.tracks();
  for (std::uint32_t s = 0; s < 20; s += 2) {
    p.segments(0, s, s + 2);
    p.run(1s);
  }
  p.run(1s);
  EXPECT_EQ(p.pictures().size(), 200u);
  EXPECT_EQ(p.credits.back().shown, 10s);
  ASSERT_EQ(p.all<PlayEnded>().size(), 1u);
  EXPECT_EQ(p.all<PlayEnded>()[0].reason, "");
  EXPECT_TRUE(p.play.over());
}

TEST(ClientPlay, EndsWithAReasonAfterWhatHadArrived) {
  Player p;
  p.tracks();
  p.segments(0, 0, 2);
  p.run(100ms);
  p.play.ended(p.now, "the file is gone");
  p.run(20s);
  EXPECT_EQ(p.pictures().size(), 20u);
  EXPECT_EQ(p.all<PlayEnded>().at(0).reason, "the file is gone");
}

TEST(ClientPlay, PauseHoldsEverything) {
  Player p;
  p.tracks();
  p.segments(0, 0, 3);
  p.run(300ms);
  p.play.pause(p.now, true);
  const std::size_t shown = p.pictures().size();
  p.run(5s);
  EXPECT_EQ(p.pictures().size(), shown);
  p.play.pause(p.now, false);
  p.run(300ms);
  EXPECT_GT(p.pictures().size(), shown);
  EXPECT_TRUE(p.all<Stalled>().empty());
}

TEST(ClientPlay, TracksThatMakeNoSenseAreIgnored) {
  Player p;
  wire::Tracks message{.play = {1}};
  p.play.tracks(p.now, message);
  message.tracks = {to_wire(House::tracks()[0], TrackId{1}), to_wire(House::tracks()[1], TrackId{1})};
  p.play.tracks(p.now, message);
  EXPECT_FALSE(p.play.started());
}

}  // namespace
}  // namespace avocet::test
