#include <gtest/gtest.h>
#include <rapidcheck.h>
#include <rapidcheck/gtest.h>

#include <set>

#include "tests/unit/media/transfer.hpp"

namespace avocet::media {
namespace {

using testing::Bad;
using testing::origin;
using testing::random_payload;
using testing::Transfer;

constexpr TrackId video{1}, audio{2};

Frame frame_of(std::mt19937_64& random, std::uint64_t number, std::size_t size) {
  return {.number = FrameNumber{number},
          .pts = static_cast<std::int64_t>(number) * 3000,
          .reorder = static_cast<std::uint32_t>(random() % 3000),
          .duration = 3000,
          .capture = 1'000'000 + static_cast<std::int64_t>(number) * 33'333,
          .key = number % 15 == 0,
          .discardable = random() % 4 == 0,
          .payload = random_payload(random, size)};
}

void expect_equal(const Frame& a, const Frame& b) {
  EXPECT_EQ(a.number, b.number);
  EXPECT_EQ(a.pts, b.pts);
  EXPECT_EQ(a.reorder, b.reorder);
  EXPECT_EQ(a.duration, b.duration);
  EXPECT_EQ(a.capture, b.capture);
  EXPECT_EQ(a.key, b.key);
  EXPECT_EQ(a.discardable, b.discardable);
  EXPECT_EQ(a.end_of_track, b.end_of_track);
  EXPECT_TRUE(*a.payload == *b.payload);
}

RC_GTEST_PROP(MediaTransfer, StoredFramesAllArriveOnceAndEqual, ()) {
  Bad bad;
  bad.loss = *rc::gen::inRange(0, 40) / 100.0;
  bad.duplicate = *rc::gen::inRange(0, 20) / 100.0;
  bad.jitter = *rc::gen::inRange(0, 20) * 1ms;
  Transfer t(bad, *rc::gen::arbitrary<std::uint64_t>());
  t.sender.open_track(video, {});
  t.sender.open_track(audio, {.priority = TrackOptions::Priority::audio});
  std::map<std::pair<TrackId, std::uint64_t>, Frame> sent;
  for (std::uint64_t n = 0; n < 60; ++n) {
    const TrackId track = n % 3 == 2 ? audio : video;
    const std::size_t size = track == audio ? t.random()() % 400 : t.random()() % 30'000;
    Frame frame = frame_of(t.random(), n, size);
    RC_ASSERT(t.sender.send(origin, track, frame, std::nullopt) == MediaSender::Taken::accepted);
    sent.emplace(std::pair{track, n}, std::move(frame));
  }
  t.run();
  RC_ASSERT(t.received.size() == sent.size());
  for (const Completed& c : t.received) {
    const auto at = sent.find({c.track, c.frame.number.value});
    RC_ASSERT(at != sent.end());
    expect_equal(at->second, c.frame);
    sent.erase(at);
  }
  RC_ASSERT(t.sender.bytes_held() == 0u);
  RC_ASSERT(t.receiver.counters().contradictions == 0u);
  RC_ASSERT(!t.sender.first_undelivered(video, FrameNumber{0}).has_value());
}

struct LiveResult {
  std::size_t frames = 0, whole = 0, in_time = 0;
  double overhead = 0;
};

/// 4 Mbit/s at 30 frames a second (about 15 fragments a frame), every frame by capture + `latency`.
LiveResult live(Bad bad, Duration latency, std::size_t frames, std::size_t size, std::uint64_t seed) {
  Transfer t(bad, seed);
  t.sender.open_track(video, {});
  std::uint64_t media_bytes = 0;
  for (std::size_t n = 0; n < frames; ++n) {
    const Time captured = origin + n * 33'333us;
    t.at(captured, [&t, &media_bytes, n, captured, latency, size] {
      const std::size_t bytes = n % 15 == 0 ? size * 3 : size * 6 / 7 - size / 4 + t.random()() % (size / 2);
      media_bytes += bytes;
      t.sender.send(captured, video, frame_of(t.random(), n, bytes), captured + latency);
    });
  }
  t.run();
  LiveResult r{.frames = frames, .whole = t.received.size()};
  for (std::size_t i = 0; i < t.received.size(); ++i) {
    const Time captured = origin + t.received[i].frame.number.value * 33'333us;
    r.in_time += t.received_at[i] <= captured + latency;
  }
  const SenderCounters& c = t.sender.counters();
  r.overhead =
      static_cast<double>(c.media_bytes_sent + c.parity_bytes_sent) / static_cast<double>(media_bytes) - 1;
  EXPECT_EQ(t.receiver.counters().contradictions, 0u);
  return r;
}

TEST(MediaTransfer, FivePercentLossAtHundredMillisecondsLosesOneFrameInTenThousand) {
  const Bad bad{.delay = 50ms, .loss = 0.05};
  const LiveResult r = live(bad, 200ms, 20'000, 16'000, 1);
  EXPECT_GE(r.in_time, r.frames - 4);  // 2 expected
  EXPECT_LE(r.overhead, 0.12);
  RecordProperty("late_or_lost", static_cast<int>(r.frames - r.in_time));
  std::printf("5 %% loss, RTT 100 ms, 200 ms: %zu of %zu frames missed, overhead %.1f %%\n",
              r.frames - r.in_time, r.frames, 100 * r.overhead);
}

TEST(MediaTransfer, WithoutLossNothingIsAdded) {
  const LiveResult r = live({.delay = 50ms}, 200ms, 300, 16'000, 1);
  EXPECT_EQ(r.in_time, r.frames);
  EXPECT_LT(r.overhead, 0.01);  // the heads
}

TEST(MediaTransfer, ParityAloneKeepsToItsBudget) {
  const Bad bad{.delay = 80ms, .loss = 0.02};
  const LiveResult r = live(bad, 200ms, 6000, 16'000, 1);
  std::printf("2 %% loss, no time to repeat: %zu of %zu frames missed, overhead %.1f %%\n",
              r.frames - r.in_time, r.frames, 100 * r.overhead);
  EXPECT_GE(r.in_time, r.frames * 995 / 1000);
  EXPECT_LE(r.overhead, 0.15);
}

TEST(MediaTransfer, SmallFramesShareParity) {
  const Bad bad{.delay = 50ms, .loss = 0.02};
  const LiveResult r = live(bad, 150ms, 6000, 1500, 1);
  std::printf("2 %% loss, small frames: %zu of %zu frames missed, overhead %.1f %%\n", r.frames - r.in_time,
              r.frames, 100 * r.overhead);
  EXPECT_GE(r.in_time, r.frames * 975 / 1000);  // without parity: 4 %
  EXPECT_LE(r.overhead, 0.2);
}

TEST(MediaTransfer, RepeatsWhileSeveralRoundsFit) {
  const Bad bad{.delay = 10ms, .loss = 0.1};
  const LiveResult r = live(bad, 200ms, 5000, 16'000, 1);
  std::printf("10 %% loss, RTT 20 ms: %zu of %zu frames missed, overhead %.1f %%\n", r.frames - r.in_time,
              r.frames, 100 * r.overhead);
  EXPECT_GE(r.in_time, r.frames - 2);
  EXPECT_LE(r.overhead, 0.14);
}

RC_GTEST_PROP(MediaTransfer, WhatArrivesByDeadlineIsIntact, ()) {
  Bad bad;
  bad.delay = *rc::gen::inRange(5, 120) * 1ms;
  bad.loss = *rc::gen::inRange(0, 30) / 100.0;
  bad.duplicate = *rc::gen::inRange(0, 10) / 100.0;
  bad.jitter = *rc::gen::inRange(0, 15) * 1ms;
  bad.gap = *rc::gen::inRange(100, 3000) * 1us;
  bad.parity_reports = *rc::gen::arbitrary<bool>();
  Transfer t(bad, *rc::gen::arbitrary<std::uint64_t>());
  t.sender.open_track(video, {});
  t.sender.open_track(audio, {.priority = TrackOptions::Priority::audio, .duplicate = true});
  std::map<std::pair<TrackId, std::uint64_t>, Frame> sent;
  for (std::uint64_t n = 0; n < 90; ++n) {
    const TrackId track = n % 3 == 2 ? audio : video;
    const std::size_t size =
        track == audio ? t.random()() % 400 : t.random()() % (n % 2 == 0 ? 2000 : 30'000);
    Frame frame = frame_of(t.random(), n, size);
    sent.emplace(std::pair{track, n}, frame);
    t.at(origin + n * 10ms, [&t, frame, track] {
      t.sender.send(t.now(), track, frame, t.now() + 150ms);
      if (t.random()() % 20 == 0)
        t.sender.cancel(track, frame.number - t.random()() % (frame.number.value + 1));
    });
  }
  t.run();
  for (const Completed& c : t.received) {
    const auto at = sent.find({c.track, c.frame.number.value});
    RC_ASSERT(at != sent.end());
    expect_equal(at->second, c.frame);
    sent.erase(at);
  }
  RC_ASSERT(t.receiver.counters().contradictions == 0u);
  t.sender.wants_to_send(t.now() + 10s);
  RC_ASSERT(t.sender.bytes_held() == 0u);
}

}  // namespace
}  // namespace avocet::media
