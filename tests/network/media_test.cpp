#include <gtest/gtest.h>

#include <map>

#include "tests/network/sessions.hpp"

namespace avocet::test {
namespace {

/// A server that sends frames of one video track to one client at 30 frames per second.
struct Broadcast {
  Broadcast(std::uint64_t seed, const link::LinkConfig& path, DataRate rate,
            std::optional<Duration> deadline_after)
      : s(seed), latency(deadline_after) {
    session::Config config;
    s.connect(path, path, config);
    EXPECT_TRUE(s.world.run_until([&] { return s.connected() && !s.accepted.empty(); }, 10s));
    s.server_session().open_track(track, {});
    frame_size = static_cast<std::size_t>((rate * Duration(33'333'333)).bytes());
    s.on_client_event = [this](std::size_t, session::Event& event) {
      if (const auto* got = std::get_if<session::FrameReceived>(&event)) {
        EXPECT_TRUE(received.emplace(got->frame.number, s.world.now()).second) << "a frame came twice";
        EXPECT_EQ(*got->frame.payload, payload(got->frame.number));
      }
    };
  }

  Bytes payload(FrameNumber number) const {
    return Bytes(frame_size + number.value % 700, static_cast<std::byte>(number.value));
  }

  void send(std::uint64_t frames) {
    for (std::uint64_t i = 0; i < frames; ++i) {
      media::Frame frame{
          .number = {next++}, .pts = static_cast<std::int64_t>(next) * 33, .key = next % 15 == 0};
      if (latency) frame.capture = to_microseconds(s.world.now().time_since_epoch());
      frame.payload = std::make_shared<const Bytes>(payload(frame.number));
      sent_at[frame.number] = s.world.now();
      const auto deadline = latency ? std::optional(s.world.now() + *latency) : std::nullopt;
      EXPECT_EQ(s.server_session().send(s.world.now(), track, frame, deadline), session::Admission::accepted);
      s.world.run_for(Duration(33'333'333));
    }
  }

  /// Of the frames from number `from` on.
  double share_within(Duration limit, std::uint64_t from = 0) const {
    std::size_t good = 0, all = 0;
    for (const auto& [number, at] : sent_at) {
      if (number.value < from) continue;
      ++all;
      const auto got = received.find(number);
      good += got != received.end() && got->second - at <= limit;
    }
    return static_cast<double>(good) / static_cast<double>(all);
  }

  Sessions s;
  TrackId track{3};
  std::optional<Duration> latency;
  std::size_t frame_size = 0;
  std::uint64_t next = 0;
  std::map<FrameNumber, Time> sent_at, received;
};

TEST(Media, FramesArriveWholeOnACleanPath) {
  Broadcast b(1, lossy(20ms, 0), DataRate::mbps(2.5), 150ms);
  b.send(300);
  b.s.world.run_for(1s);
  EXPECT_EQ(b.received.size(), 300u);
  // The path must be found to carry the stream first: the rate begins below what it needs.
  EXPECT_EQ(b.share_within(60ms, 30), 1.0);
}

// AV-MED-19
TEST(Media, LiveFramesSurviveThreePercentLoss) {
  Broadcast b(2, lossy(20ms, 0.03), DataRate::mbps(2.5), 150ms);
  b.send(3000);
  b.s.world.run_for(1s);
  const auto stats = b.s.server_session().stats();
  std::printf(
      "3 %% loss, RTT 40 ms, 150 ms: %.4f whole in time, retransmitted %llu, parity %llu of %llu fragments\n",
      b.share_within(170ms), static_cast<unsigned long long>(stats.retransmitted_fragments_sent),
      static_cast<unsigned long long>(stats.fec_packets_sent),
      static_cast<unsigned long long>(stats.fragments_sent));
  EXPECT_GE(b.share_within(170ms), 0.999);
}

// AV-MED-16
TEST(Media, StoredFramesAllArriveAtTenPercentLoss) {
  Broadcast b(3, lossy(30ms, 0.1), DataRate::mbps(2.5), std::nullopt);
  b.send(600);
  b.s.world.run_for(3s);
  EXPECT_EQ(b.received.size(), 600u);
}

TEST(Media, WhatIsHeldIsReleased) {
  Broadcast b(4, lossy(30ms, 0.05), DataRate::mbps(2.5), 150ms);
  b.send(300);
  b.s.world.run_for(11s);  // what is late is looked for with the next ping at the latest
  EXPECT_EQ(b.s.server_session().stats().media_bytes_held, 0u);
  EXPECT_EQ(b.s.server_session().stats().bytes_in_flight, 0u);
}

/// Stored frames carry no capture time of their own; the time of sending measures the jitter of the path
/// (AV-MED-13).
TEST(Media, JitterOfThePathIsMeasured) {
  const auto measured = [](Duration jitter) {
    Broadcast b(5, {.delay = 30ms, .jitter = jitter}, DataRate::mbps(0.5), std::nullopt);
    b.send(300);
    return b.s.world.client().stats().jitter;
  };
  EXPECT_LT(measured(0ms), 1ms);
  // The mean difference of two normal values is 2 / sqrt(pi) of their deviation, here 5.6 ms.
  EXPECT_GT(measured(5ms), 2ms);
  EXPECT_LT(measured(5ms), 9ms);
}

}  // namespace
}  // namespace avocet::test
