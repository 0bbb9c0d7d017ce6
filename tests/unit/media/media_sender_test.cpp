#include "protocol/media/media_sender.hpp"

#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "tests/unit/media/transfer.hpp"

namespace avocet::media {
namespace {

using testing::origin;
constexpr TrackId first{1}, second{2};

/// A sender, and what it writes as text: "m1:0" fragment 0 of track 1, "r1:0" the same again, "p1:0/2" row 2
/// over the run from 0.
class Script : public ::testing::Test {
 protected:
  Frame frame(std::uint64_t number, std::size_t size = 100, bool key = false) {
    return {.number = FrameNumber{number}, .key = key, .payload = std::make_shared<Bytes>(size)};
  }
  void send(TrackId track, const Frame& f, std::optional<Duration> within = std::nullopt) {
    const auto deadline = within ? std::optional(now + *within) : std::nullopt;
    ASSERT_EQ(sender.send(now, track, f, deadline), MediaSender::Taken::accepted);
  }
  std::string next() {
    Bytes room(1171);
    wire::Writer packet(room);
    if (!sender.write_next(now, packet, last)) return "";
    return (last.parity           ? "p"
            : last.retransmission ? "r"
                                  : "m") +
           std::to_string(last.track.value) + ":" + std::to_string(last.fragment.value) +
           (last.parity ? "/" + std::to_string(last.row) : "");
  }
  std::string drain() {
    std::string all;
    for (std::string one = next(); !one.empty(); one = next()) all += (all.empty() ? "" : " ") + one;
    return all;
  }

  Time now = origin;
  MediaSender sender{MediaSender::Config{}};
  Sent last;
};

TEST_F(Script, FullPacketsButTheLast) {
  sender.open_track(first, {});
  send(first, frame(7, 5000));
  std::vector<std::size_t> sizes;
  Bytes room(1171);
  for (wire::Writer packet(room); sender.write_next(now, packet, last); packet = wire::Writer(room)) {
    sizes.push_back(packet.size());
  }
  ASSERT_EQ(sizes.size(), 5u);
  for (std::size_t i = 0; i < 4; ++i) EXPECT_EQ(sizes[i], sizes[0]);
  EXPECT_GE(sizes[0], 1150u);
  EXPECT_LT(sizes[4], sizes[0]);
}

TEST_F(Script, ParityOfFullFragmentsFitsAPacket) {
  sender.open_track(TrackId{0xffffffff}, {});
  sender.set_path({20ms, 0ms, 0.1});
  ASSERT_EQ(sender.send(now, TrackId{0xffffffff}, frame(0, 20'000, true), now + 25ms),
            MediaSender::Taken::accepted);
  EXPECT_EQ(drain().find('p'), std::string::npos);  // the run may still grow
  now = *sender.wake();
  EXPECT_NE(drain().find("p4294967295:0/0"), std::string::npos);
}

TEST_F(Script, SeveralSmallFramesShareAPacket) {
  sender.open_track(first, {});
  send(first, frame(0, 300)), send(first, frame(1, 300)), send(first, frame(2, 1000));
  Bytes room(1171);
  wire::Writer packet(room);
  EXPECT_TRUE(sender.write_next(now, packet, last));
  EXPECT_TRUE(sender.write_next(now, packet, last));
  EXPECT_TRUE(sender.write_next(now, packet, last)) << "the third begins in what is left";
  EXPECT_FALSE(sender.write_next(now, packet, last));
  EXPECT_TRUE(packet.ok());
  EXPECT_TRUE(sender.wants_to_send(now));
}

// AV-MED-23
TEST_F(Script, StoredFramesFillTheirPackets) {
  sender.open_track(first, {});
  for (int i = 0; i < 20; ++i)
    send(first, frame(static_cast<std::uint64_t>(i), 3000 + 37 * static_cast<std::size_t>(i)));
  Bytes room(1171);
  for (std::vector<std::size_t> left; sender.wants_to_send(now);) {
    wire::Writer packet(room);
    while (sender.write_next(now, packet, last)) {
    }
    for (std::size_t unused : left) EXPECT_LE(unused, 48u) << "only the last may be short";
    left.push_back(packet.remaining());
  }
}

TEST_F(Script, FramesWithADeadlineKeepToThemselves) {
  sender.open_track(first, {});
  for (std::uint64_t i = 0; i < 2; ++i) {
    ASSERT_EQ(sender.send(now, first, frame(i, 1500), now + 1s), MediaSender::Taken::accepted);
  }
  Bytes room(1171);
  for (int packets = 0; packets < 4; ++packets) {
    wire::Writer packet(room);
    EXPECT_TRUE(sender.write_next(now, packet, last));
    EXPECT_FALSE(sender.write_next(now, packet, last));
  }
  EXPECT_FALSE(sender.wants_to_send(now));
}

// AV-MED-21
TEST_F(Script, AudioThenKeyFramesThenTheRest) {
  sender.open_track(TrackId{1}, {});
  sender.open_track(TrackId{2}, {});
  sender.open_track(TrackId{3}, {.priority = TrackOptions::Priority::audio});
  send(TrackId{1}, frame(0)), send(TrackId{2}, frame(0, 100, true)), send(TrackId{3}, frame(0));
  EXPECT_EQ(drain(), "m3:0 m2:0 m1:0");
}

TEST_F(Script, TracksShareByWeight) {
  sender.open_track(first, {.weight = 3});
  sender.open_track(second, {.weight = 1});
  send(first, frame(0, 200'000)), send(second, frame(0, 200'000));
  int of_first = 0;
  for (int i = 0; i < 80; ++i) next(), of_first += last.track == first;
  EXPECT_NEAR(of_first, 60, 2);
}

// AV-MED-21
TEST_F(Script, WhatIsLostGoesFirst) {
  sender.open_track(first, {});
  send(first, frame(0, 3000));
  EXPECT_EQ(drain(), "m1:0 m1:1 m1:2");
  send(first, frame(1, 100));
  sender.on_acked(first, FragmentNumber{0});
  sender.on_lost(now, first, FragmentNumber{2});
  sender.on_lost(now, first, FragmentNumber{1});
  EXPECT_EQ(drain(), "r1:1 r1:2 m1:3");
  EXPECT_EQ(sender.counters().fragments_retransmitted, 2u);
}

TEST_F(Script, ALossThatWasNoneIsForgotten) {
  sender.open_track(first, {});
  send(first, frame(0));
  EXPECT_EQ(drain(), "m1:0");
  sender.on_lost(now, first, FragmentNumber{0});
  sender.on_acked(first, FragmentNumber{0});
  EXPECT_EQ(drain(), "");
  EXPECT_EQ(sender.counters().frames_delivered, 1u);
  EXPECT_EQ(sender.bytes_held(), 0u);
}

// AV-MED-17
TEST_F(Script, ExpiredFramesAreGivenUp) {
  sender.open_track(first, {.priority = TrackOptions::Priority::audio});
  sender.set_path({100ms, 0ms, 0});
  send(first, frame(0, 100, true), 60ms);
  now += 11ms;  // half a round trip does not fit any more
  EXPECT_FALSE(sender.wants_to_send(now));
  EXPECT_EQ(sender.counters().frames_expired, 1u);
  EXPECT_EQ(sender.bytes_held(), 0u);
}

// AV-MED-17
TEST_F(Script, OfTheWayOnlyWhatItTakesLongerThanUsualCounts) {
  sender.open_track(first, {.priority = TrackOptions::Priority::audio});
  sender.set_path({.rtt = 1000ms, .lag = 20ms});
  send(first, frame(0), 60ms), send(first, frame(1), 60ms);
  now += 39ms;
  EXPECT_EQ(next(), "m1:0");
  now += 2ms;
  EXPECT_EQ(next(), "");
}

// AV-MED-24
TEST_F(Script, ALatePictureGoesOutForReference) {
  sender.open_track(first, {});
  send(first, frame(0, 100, true), 10ms), send(first, frame(1), 43ms);
  now += 11ms;
  EXPECT_EQ(next(), "m1:0");
  EXPECT_EQ(next(), "m1:1");
  EXPECT_EQ(sender.counters().frames_expired, 0u);
  send(first, frame(2), 10ms);
  now += 511ms;  // nobody waits for it any more
  EXPECT_EQ(drain(), "");
  EXPECT_TRUE(sender.needs_key_frame(first));
}

// AV-MED-24
TEST_F(Script, WhatIsLateLetsOthersPass) {
  sender.open_track(first, {}), sender.open_track(second, {});
  send(first, frame(0, 100, true), 10ms), send(second, frame(0), 100ms);
  now += 11ms;
  EXPECT_EQ(drain(), "m2:0 m1:0");
}

// AV-MED-24
TEST_F(Script, WhatIsLateWithoutAKeyFrameBehindItNeedsOne) {
  sender.open_track(first, {});
  send(first, frame(0, 5000, true), 10ms);
  now += 11ms;
  EXPECT_EQ(next(), "m1:0");
  EXPECT_TRUE(sender.needs_key_frame(first));
  send(first, frame(1, 100, true), 100ms);
  EXPECT_EQ(drain(), "m1:5");  // the rest of frame 0 is worth nothing any more
  EXPECT_FALSE(sender.needs_key_frame(first));
}

// AV-MED-25
TEST_F(Script, APathThatIsTooSlowForGoodIsTakenAsItIs) {
  sender.open_track(first, {.priority = TrackOptions::Priority::audio});
  sender.set_path({.rtt = 1000ms, .lag = 500ms, .risen = 490ms});
  std::string sent;
  for (std::uint64_t n = 0; n < 60; ++n, now += 20ms) {
    send(first, frame(n), 200ms);
    if (drain() != "") sent += " " + std::to_string(n);
  }
  EXPECT_EQ(sent, " 50 51 52 53 54 55 56 57 58 59");
  sender.set_path({.rtt = 100ms, .lag = 0ms});
  send(first, frame(60), 200ms);
  EXPECT_NE(drain(), "");
}

// AV-MED-18
TEST_F(Script, WhatReferredToAnExpiredFrameIsGivenUpToo) {
  sender.open_track(first, {});
  send(first, frame(0, 100, true), 10ms);
  send(first, frame(1), 100ms), send(first, frame(2, 100, true), 100ms), send(first, frame(3), 100ms);
  now += 11ms;
  EXPECT_EQ(drain(), "m1:0 m1:1");  // frames 2 and 3
  EXPECT_EQ(sender.counters().frames_expired, 2u);
}

// AV-MED-18
TEST_F(Script, ADiscardableFrameTakesNothingWithIt) {
  sender.open_track(first, {});
  Frame b = frame(0);
  b.discardable = true;
  send(first, b, 10ms), send(first, frame(1), 100ms);
  now += 11ms;
  EXPECT_EQ(drain(), "m1:0");
}

TEST_F(Script, ALostFragmentIsLeftWhenItCannotArrive) {
  sender.open_track(first, {});
  sender.set_path({100ms, 0ms, 0});
  send(first, frame(0, 100, true), 120ms);
  EXPECT_EQ(drain(), "m1:0");
  now += 105ms;
  sender.on_lost(now, first, FragmentNumber{0});
  EXPECT_EQ(drain(), "");
}

// AV-MED-19
TEST_F(Script, TheLastRepeatIsMadeSure) {
  sender.open_track(first, {});
  sender.set_path({100ms, 0ms, 0.05});
  send(first, frame(0, 4000, true), 400ms);
  EXPECT_EQ(drain(), "m1:0 m1:1 m1:2 m1:3");  // three rounds fit: no parity
  now += 108ms;
  sender.on_lost(now, first, FragmentNumber{2});
  EXPECT_EQ(drain(), "r1:2");
  now += 108ms;
  sender.on_lost(now, first, FragmentNumber{2});
  EXPECT_EQ(drain(), "r1:2");
  now += 108ms;
  sender.on_lost(now, first, FragmentNumber{2});  // no time to notice another loss
  EXPECT_EQ(drain(), "r1:2");
  ASSERT_TRUE(sender.wake().has_value());
  EXPECT_GT(*sender.wake(), now);
  now += 10ms;
  EXPECT_EQ(drain(), "p1:0/0 p1:0/1");
}

TEST_F(Script, AudioIsSentTwiceWhenThereIsNoTimeToRepeat) {
  sender.open_track(first, {.priority = TrackOptions::Priority::audio, .duplicate = true});
  sender.set_path({100ms, 0ms, 0});
  send(first, frame(0), 120ms);
  EXPECT_EQ(drain(), "m1:0");
  EXPECT_EQ(sender.wake(), now + 8ms);
  now += 8ms;
  EXPECT_EQ(drain(), "r1:0");
}

// AV-MED-20
TEST_F(Script, AudioIsSentTwiceAfterALossOnly) {
  sender.open_track(first, {.priority = TrackOptions::Priority::audio, .duplicate = true});
  sender.set_path({20ms, 0ms, 0});
  send(first, frame(0), 200ms);
  EXPECT_EQ(drain(), "m1:0");
  EXPECT_EQ(sender.wake(), std::nullopt);
  sender.on_lost(now, first, FragmentNumber{0});
  EXPECT_EQ(drain(), "r1:0");
  send(first, frame(1), 200ms);
  EXPECT_EQ(drain(), "m1:1");
  now += 8ms;
  EXPECT_EQ(drain(), "r1:1");
}

TEST_F(Script, CancelGivesUpFromThereOn) {
  sender.open_track(first, {});
  send(first, frame(0, 2000)), send(first, frame(1, 2000)), send(first, frame(2, 2000));
  next(), next();
  EXPECT_EQ(next(), "m1:2");
  sender.on_lost(now, first, FragmentNumber{1});
  sender.on_lost(now, first, FragmentNumber{2});
  EXPECT_EQ(sender.first_undelivered(first, FrameNumber{1}), FrameNumber{1});
  sender.cancel(first, FrameNumber{1});
  EXPECT_EQ(sender.first_undelivered(first, FrameNumber{1}), std::nullopt);
  EXPECT_EQ(sender.first_undelivered(first, FrameNumber{0}), FrameNumber{0});
  EXPECT_EQ(drain(), "r1:1");
  sender.on_acked(first, FragmentNumber{0}), sender.on_acked(first, FragmentNumber{1});
  EXPECT_EQ(sender.bytes_held(), 0u);
  EXPECT_EQ(sender.counters().frames_cancelled, 2u);
  send(first, frame(1, 100));  // the track is taken up again: numbers of fragments are not reused
  EXPECT_EQ(drain(), "m1:4");
  EXPECT_EQ(sender.first_undelivered(first, FrameNumber{0}), FrameNumber{1});
}

TEST_F(Script, TheQueueIsBounded) {
  sender = MediaSender({.max_queue = 100'000});
  sender.open_track(first, {});
  EXPECT_EQ(sender.send(now, second, frame(0), std::nullopt), MediaSender::Taken::closed);
  EXPECT_EQ(sender.send(now, first, frame(0, 9u << 20), std::nullopt), MediaSender::Taken::too_large);
  std::uint64_t n = 0;
  while (sender.send(now, first, frame(n, 1000), std::nullopt) == MediaSender::Taken::accepted) ++n;
  EXPECT_GT(n, 70u);
  EXPECT_LE(sender.bytes_held(), 100'000u);
  EXPECT_FALSE(sender.take_writable());
  drain();
  for (std::uint64_t i = 0; i < n / 2; ++i) sender.on_acked(first, FragmentNumber{i});
  EXPECT_TRUE(sender.take_writable());
  EXPECT_FALSE(sender.take_writable());
}

TEST_F(Script, EmptyFramesAreBoundedToo) {
  sender = MediaSender({.max_queue = 10'000});
  sender.open_track(first, {});
  for (int i = 0; i < 1000; ++i) sender.send(now, first, frame(0, 0), std::nullopt);
  EXPECT_LE(sender.bytes_held(), 10'000u);
  EXPECT_EQ(next(), "m1:0");
}

TEST_F(Script, ProbeParityProtectsWhatIsInFlight) {
  sender.open_track(first, {});
  Bytes room(1171);
  wire::Writer packet(room);
  EXPECT_FALSE(sender.write_probe_parity(now, packet, last));
  send(first, frame(0, 9000));
  drain();
  ASSERT_TRUE(sender.write_probe_parity(now, packet, last));
  EXPECT_TRUE(last.parity);
  for (std::uint64_t i = 0; i < 8; ++i) sender.on_acked(first, FragmentNumber{i});
  wire::Writer other(room);
  EXPECT_FALSE(sender.write_probe_parity(now, other, last));
}

TEST_F(Script, ParityThatArrivedCountsForTheFrame) {
  sender.open_track(first, {});
  sender.set_path({100ms, 0ms, 0.05});
  send(first, frame(0, 15'000, true), 120ms);
  drain();
  now = *sender.wake();
  ASSERT_NE(drain().find("p1:0/0"), std::string::npos);
  for (std::uint64_t i = 1; i < 14; ++i) sender.on_acked(first, FragmentNumber{i});
  EXPECT_EQ(sender.counters().frames_delivered, 0u);
  sender.on_parity_acked(first, FragmentNumber{0}, 0);
  EXPECT_EQ(sender.counters().frames_delivered, 1u);
  sender.on_lost(now, first, FragmentNumber{0});
  EXPECT_EQ(drain(), "");
}

TEST_F(Script, ReportsAboutNothingAreIgnored) {
  sender.on_acked(first, FragmentNumber{3});
  sender.open_track(first, {});
  sender.on_acked(first, FragmentNumber{3});
  sender.on_lost(now, first, FragmentNumber{3});
  sender.on_parity_acked(first, FragmentNumber{3}, 200);
  sender.on_parity_lost(now, first, FragmentNumber{3}, 200);
  sender.close_track(first);
  sender.close_track(first);
  EXPECT_FALSE(sender.wants_to_send(now));
}

}  // namespace
}  // namespace avocet::media
