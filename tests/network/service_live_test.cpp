#include <gtest/gtest.h>

#include "tests/network/service_world.hpp"

namespace avocet::test {
namespace {

/// A publisher that sends three renditions and sound in time, each picture when it is taken.
struct Broadcast : ServiceWorld {
  explicit Broadcast(std::uint64_t seed_number, std::size_t shards = 1)
      : ServiceWorld(seed_number, {}, shards) {
    publisher = connect(path(15ms), path(15ms));
    world.client(publisher).join(world.now(), "ada");
    publication = world.client(publisher).publish(world.now(), "live", tracks());
    world.run_until([&] { return find<service::PublicationStarted>(publisher) != nullptr; }, 2s);
    began = world.now();
  }
  void send(std::size_t track, std::uint64_t n) {
    const std::uint64_t count = track == 3 ? 24 : frames_per_segment;
    media::Frame frame = segment(track, static_cast<std::uint32_t>(n / count))->frames[n % count];
    frame.capture = to_microseconds(world.now().time_since_epoch()) + 5'000'000;  // a clock of its own
    frame.end_of_track = false;
    if (long_groups && track < 3) frame.key = key_frame;
    sent += world.client(publisher).send_frame(world.now(), publication, track, frame, 200ms) ==
            session::Admission::accepted;
  }
  void run(Duration span) {
    const Time end = world.now() + span;
    while (world.now() < end) {
      const Time picture_at = taken(picture);
      const Time sound_at = began + Duration(static_cast<std::int64_t>(sound) * 1'000'000'000 / 48);
      const Time next = std::min({end, picture_at, sound_at});
      if (next > world.now()) world.run_for(next - world.now());
      if (next == picture_at) {
        key_frame = picture == 0 || has_since<service::KeyFrameRequested>(publisher, asked);
        asked = client_events[publisher].size();
        for (std::size_t track = 0; track < 3; ++track) send(track, picture);
        ++picture;
      } else if (next == sound_at) {
        send(3, sound++);
      }
    }
  }
  Time taken(std::uint64_t number) const {
    return began + Duration(static_cast<std::int64_t>(number) * 1'000'000'000 / 30);
  }
  template <class Event>
  bool has_since(std::size_t client, std::size_t from) const {
    const auto& events = client_events[client];
    return std::any_of(events.begin() + static_cast<std::ptrdiff_t>(from), events.end(),
                       [](const auto& e) { return std::holds_alternative<Event>(e); });
  }

  std::size_t publisher;
  service::PlayId publication;
  bool long_groups = false;  // no key frame but the first, unless one is asked for
  bool key_frame = false;
  std::size_t asked = 0;  // events of the publisher until the last picture
  Time began;
  std::uint64_t picture = 0, sound = 0, sent = 0;
};

/// Of the pictures taken between the two times, how many the viewer showed.
double shown(const Broadcast& b, std::size_t viewer, Time from, Time until) {
  double taken = 0, seen = 0;
  for (std::uint64_t n = 0; n < b.picture; ++n) taken += b.taken(n) >= from && b.taken(n) < until;
  for (const auto& f : b.seen.at(viewer).frames) {
    const Time at = b.taken(f.frame.number.value);
    seen += f.track < 3 && !f.late && at >= from && at < until;
  }
  return seen / taken;
}

TEST(ServiceLive, IsSeenByManyInTime) {
  Broadcast b(11);
  std::vector<std::size_t> viewers;
  for (int i = 0; i < 4; ++i)
    viewers.push_back(b.watch({.title = "live", .latency = 200ms}, path(20ms), path(20ms)));
  b.run(6s);
  for (const std::size_t v : viewers) {
    const auto stats = b.stats(v);
    EXPECT_GT(stats.frames_received, 150u);
    EXPECT_EQ(stats.frames_lost + stats.frames_dropped, 0u);
    const auto numbers = b.seen[v].numbers(true);
    for (std::size_t i = 1; i < numbers.size(); ++i) ASSERT_EQ(numbers[i], numbers[i - 1] + 1);
  }
}

// AV-LIVE-4, AV-LIVE-6
TEST(ServiceLive, LateJoinerStartsAtOnceAndPublisherHearsTheRate) {
  Broadcast b(12);
  b.run(3300ms);
  const auto bob = b.watch({.title = "live", .latency = 200ms}, path(20ms), path(20ms));
  const Time asked = b.world.now();
  b.run(4s);
  ASSERT_FALSE(b.seen[bob].frames.empty());
  EXPECT_LT(b.seen[bob].frames.front().at - asked, 500ms);
  EXPECT_TRUE(b.seen[bob].started[0].live);
  EXPECT_NE(b.find<service::TargetRateChanged>(b.publisher), nullptr);
}

TEST(ServiceLive, LossIsRepairedInTime) {
  Broadcast b(13);
  const auto bob =
      b.watch({.title = "live", .rendition = "720p", .latency = 250ms}, path(20ms, 0.03), path(20ms, 0.03));
  b.run(10s);
  EXPECT_GT(b.stats(bob).frames_received, 270u);
  // A key frame that takes longer than the latency at the first rate costs its group.
  EXPECT_GT(shown(b, bob, b.began + 500ms, b.began + 9500ms), 0.99);
}

// AV-LIVE-8
// AV-LIVE-9, AV-LIVE-10, AV-LIVE-11
TEST(ServiceLive, GoesOnAfterALossWithoutAnyGroups) {
  Broadcast b(15);
  b.long_groups = true;
  // No time to repeat what is lost, and more of it than parity makes up for.
  const auto bob =
      b.watch({.title = "live", .rendition = "720p", .latency = 60ms}, path(40ms), path(40ms, 0.06));
  b.run(20s);
  const auto stats = b.stats(bob);
  std::size_t asked = 0;
  for (const auto& event : b.client_events[b.publisher])
    asked += std::holds_alternative<service::KeyFrameRequested>(event);
  const std::uint64_t decoded = stats.frames_received - stats.frames_dropped;
  std::printf("no groups, 6 %% loss: %zu key frames asked for, %zu frames decoded, %zu lost, %zu dropped\n",
              asked, static_cast<std::size_t>(decoded), static_cast<std::size_t>(stats.frames_lost),
              static_cast<std::size_t>(stats.frames_dropped));
  EXPECT_GE(asked, 10u);
  EXPECT_LE(asked, 33u);
  EXPECT_GT(decoded, 80u);
}

// AV-MED-17: What counts is how much longer than usual the way takes.
TEST(ServiceLive, IsSeenOnAPathThatTakesLongerThanTheLatency) {
  Broadcast b(16);
  const auto bob = b.watch({.title = "live", .rendition = "240p", .latency = 200ms}, path(20ms), path(600ms));
  b.run(8s);
  EXPECT_GT(shown(b, bob, b.began + 2s, b.began + 6s), 0.99);
}

// AV-PLY-8, AV-MED-25: A queue that is not ours, and that nobody empties, on the way to the viewer.
TEST(ServiceLive, AQueueLongerThanTheLatencyIsSeenThroughLater) {
  Broadcast b(17);
  const auto bob = b.watch({.title = "live", .rendition = "240p", .latency = 400ms}, path(20ms), path(20ms));
  b.run(4s);
  b.world.down(bob).set_delay(1520ms);
  const Time begins = b.world.now();
  b.run(28s);
  EXPECT_GT(shown(b, bob, b.began + 1s, begins - 1s), 0.99);
  // It takes the rate controller as long to believe that the queue is not its own.
  EXPECT_GT(shown(b, bob, begins + 18s, begins + 25s), 0.97);
  // It is gone: all in time again, and half a minute later as soon as before.
  b.world.down(bob).set_delay(20ms);
  const Time ends = b.world.now();
  b.run(40s);
  EXPECT_GT(shown(b, bob, ends + 1s, ends + 38s), 0.97);
  const auto& last = b.seen.at(bob).frames.back();
  EXPECT_LE(last.due - b.taken(last.frame.number.value), 400ms + 60ms);
}

// AV-PLY-8: The same on the way from the publisher.
TEST(ServiceLive, AQueueBeforeTheServerIsSeenThroughLater) {
  Broadcast b(18);
  const auto bob = b.watch({.title = "live", .rendition = "240p", .latency = 400ms}, path(20ms), path(20ms));
  b.run(4s);
  b.world.up(b.publisher).set_delay(1515ms);
  const Time begins = b.world.now();
  b.run(28s);
  EXPECT_GT(shown(b, bob, begins + 18s, begins + 25s), 0.97);
}

TEST(ServiceLive, EndsWithItsPublisher) {
  Broadcast b(14);
  const auto bob = b.watch({.title = "live"}, path(20ms), path(20ms));
  b.run(2s);
  b.world.client(b.publisher).bye(b.world.now(), "that is all");
  ASSERT_TRUE(b.world.run_until([&] { return b.seen[bob].ended.has_value(); }, 15s));
  EXPECT_EQ(b.seen[bob].ended->reason, "ada left");
}

// AV-MIG-1, AV-MIG-7
TEST(ServiceLive, AViewerThatChangesItsAddressFreezesOnceAtMost) {
  for (std::uint64_t seed = 1; seed <= 12; ++seed) {
    Broadcast b(100 + seed);
    const auto bob = b.watch({.title = "live", .latency = 300ms}, path(20ms, 0.005), path(20ms, 0.005));
    b.run(3s + seed * 37ms);
    const auto frames = b.stats(bob).frames_received;
    const auto host = static_cast<std::uint8_t>(seed % 2 == 0 ? 2 : 77);  // another port, or another host too
    b.world.rebind(bob, PeerAddress::v4(198, 51, 100, host, static_cast<std::uint16_t>(30'000 + seed)));
    b.run(4s);
    EXPECT_LE(b.stats(bob).freeze_count, 1u) << "seed " << seed;
    EXPECT_GT(b.stats(bob).frames_received, frames + 90) << "seed " << seed;
    EXPECT_EQ(b.find<service::ConnectionClosed>(bob), nullptr) << "seed " << seed;
  }
}

/// Publisher and viewers are on several threads of the server, and the kernel changes its mind about which.
TEST(ServiceLive, IsSeenAcrossShards) {
  Broadcast b(15, 3);
  std::vector<std::size_t> viewers;
  for (int i = 0; i < 6; ++i)
    viewers.push_back(b.watch({.title = "live", .latency = 200ms}, path(20ms), path(20ms)));
  b.run(3s);
  EXPECT_GT(b.world.server().messages(), 300u);
  EXPECT_EQ(b.world.server().forwarded(), 0u);
  for (std::size_t shard = 0; shard < 3; ++shard) EXPECT_GT(b.world.server().shard(shard).sessions(), 0u);
  b.world.server().divide_anew();
  b.run(3s);
  EXPECT_GT(b.world.server().forwarded(), 100u);
  for (const std::size_t v : viewers) {
    const auto stats = b.stats(v);
    EXPECT_GT(stats.frames_received, 150u);
    EXPECT_EQ(stats.frames_lost + stats.frames_dropped, 0u);
  }
  for (std::size_t shard = 0; shard < 3; ++shard) EXPECT_EQ(b.world.server().shard(shard).users(), 7u);
}

TEST(ServiceLive, OneSeedGivesTheSameBytesOverSeveralShards) {
  const auto hash = [] {
    Broadcast b(16, 2);
    for (int i = 0; i < 3; ++i)
      b.watch({.title = "live", .latency = 200ms}, path(20ms, 0.02), path(20ms, 0.02));
    b.run(2s);
    return b.world.hash();
  };
  EXPECT_EQ(hash(), hash());
}

/// AV-SVC-32
TEST(ServiceLive, AServerThatStopsSeesItsUsersOff) {
  Broadcast b(17, 2);
  const auto bob = b.watch({.title = "live", .latency = 200ms}, path(20ms), path(20ms));
  b.run(2s);
  b.world.server().drain(b.world.now(), "the server is stopping", b.world.now() + 3s);
  ASSERT_TRUE(b.world.run_until([&] { return b.find<service::ConnectionClosed>(bob) != nullptr; }, 1s));
  const auto& closed = *b.find<service::ConnectionClosed>(bob);
  EXPECT_EQ(closed.code, wire::CloseCode::going_away);
  EXPECT_TRUE(closed.by_peer);
  b.world.run_for(1s);
  EXPECT_EQ(b.world.server().sessions(), 0u);
}

}  // namespace
}  // namespace avocet::test
