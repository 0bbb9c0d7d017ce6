#include <gtest/gtest.h>

#include "tests/network/service_world.hpp"

namespace avocet::test {
namespace {

/// Every number from 0 on once, in order, with the bytes of the rendition it claims to be, and each rendition
/// entered by a key frame.
void expect_whole(const ServiceWorld::Seen& seen, std::uint32_t segments) {
  std::uint64_t video = 0, audio = 0;
  std::optional<std::size_t> rendition;
  for (const auto& f : seen.frames) {
    std::uint64_t& next = f.track == 3 ? audio : video;
    ASSERT_EQ(f.frame.number.value, next++);
    if (f.track < 3 && f.track != rendition) {
      EXPECT_TRUE(f.frame.key) << f.frame.number.value;
      rendition = f.track;
    }
    const std::uint64_t count = f.track == 3 ? 24 : ServiceWorld::frames_per_segment;
    const auto source =
        ServiceWorld::segment(f.track, static_cast<std::uint32_t>(f.frame.number.value / count));
    ASSERT_EQ(*f.frame.payload, *source->frames[f.frame.number.value % count].payload);
  }
  EXPECT_EQ(video, segments * ServiceWorld::frames_per_segment);
  EXPECT_EQ(audio, segments * 24);
}

TEST(ServiceStored, PlaysATitleToItsEnd) {
  ServiceWorld s(1);
  s.world.server().set_catalogue({ServiceWorld::title("clip")});
  const auto ada = s.watch({.title = "clip", .rendition = "720p"}, path(20ms), path(20ms));
  ASSERT_TRUE(s.world.run_until([&] { return s.seen[ada].ended.has_value(); }, 40s));
  EXPECT_EQ(s.seen[ada].ended->reason, "");
  expect_whole(s.seen[ada], ServiceWorld::segments);
  const auto stats = s.stats();
  EXPECT_EQ(stats.frames_received, 900u);
  EXPECT_EQ(stats.frames_lost, 0u);
  EXPECT_EQ(stats.freeze_count, 0u);
  EXPECT_EQ(stats.rendition, "720p");
  EXPECT_LT(*stats.time_to_first_frame, 1s);
  EXPECT_LT(s.world.now() - Time{1s}, 32s);
  s.world.run_for(1s);
  EXPECT_EQ(s.world.server().plays(), 0u);
}

TEST(ServiceStored, LossIsRepairedWithoutAFreeze) {
  ServiceWorld s(2);
  s.world.server().set_catalogue({ServiceWorld::title("clip")});
  const auto ada = s.watch({.title = "clip", .rendition = "720p"}, path(20ms, 0.03), path(20ms, 0.03));
  ASSERT_TRUE(s.world.run_until([&] { return s.seen[ada].ended.has_value(); }, 60s));
  expect_whole(s.seen[ada], ServiceWorld::segments);
  EXPECT_LT(s.seen[ada].stalled, 500ms);
}

// AV-SEG-6, AV-SEG-8
TEST(ServiceStored, FollowsTheRateDownAndUp) {
  ServiceWorld s(3);
  s.world.server().set_catalogue({ServiceWorld::title("clip")});
  const Duration drop = 10s, rise = 18s;
  const auto ada =
      s.watch({.title = "clip"}, path(25ms),
              path(25ms, {{0s, DataRate::mbps(8)}, {drop, DataRate::mbps(1)}, {rise, DataRate::mbps(8)}}));
  const Time start = s.world.now();
  ASSERT_TRUE(s.world.run_until([&] { return s.seen[ada].ended.has_value(); }, 60s));
  const auto& seen = s.seen[ada];
  expect_whole(seen, ServiceWorld::segments);
  std::string history;
  for (const auto& w : seen.switches) {
    history += "\n  " + std::to_string(to_seconds(w.arrived - start)) + " s: " + std::to_string(w.from) +
               " -> " + std::to_string(w.to) + " at " + std::to_string(w.at.value) + ", " + w.reason;
  }
  SCOPED_TRACE(history + "\n  stalled for " + std::to_string(to_seconds(seen.stalled)));
  const auto first = [&](Duration after, auto good) -> std::optional<Duration> {
    for (const auto& w : seen.switches) {
      if (w.arrived - start >= after && good(w.to)) return w.arrived - start - after;
    }
    return std::nullopt;
  };
  const auto down = first(drop, [](std::size_t to) { return to == 0; });
  ASSERT_TRUE(down);
  EXPECT_LT(*down, 1s);
  const auto up = first(rise, [](std::size_t to) { return to > 0; });
  ASSERT_TRUE(up);
  EXPECT_LT(*up, 8s);
  EXPECT_LT(seen.stalled, 1s);
}

// AV-SEG-11, AV-SEG-12
TEST(ServiceStored, SeeksAndPauses) {
  ServiceWorld s(4);
  s.world.server().set_catalogue({ServiceWorld::title("clip")});
  const auto ada = s.watch({.title = "clip", .rendition = "240p"}, path(20ms), path(20ms));
  s.world.run_for(3s);
  auto& client = s.world.client(ada);
  client.pause(s.world.now(), s.plays[ada], true);
  s.world.run_for(200ms);
  const std::size_t at_pause = s.seen[ada].frames.size();
  s.world.run_for(5s);
  EXPECT_EQ(s.seen[ada].frames.size(), at_pause);
  client.pause(s.world.now(), s.plays[ada], false);
  s.world.run_for(1s);
  EXPECT_GT(s.seen[ada].frames.size(), at_pause + 20);
  client.seek(s.world.now(), s.plays[ada], 25'200ms);
  ASSERT_TRUE(s.world.run_until([&] { return s.seen[ada].ended.has_value(); }, 10s));
  ASSERT_EQ(s.seen[ada].started.size(), 2u);
  EXPECT_EQ(s.seen[ada].started[1].start, 25s);
  EXPECT_EQ(s.seen[ada].numbers(true).back(), 899u);
  EXPECT_EQ(s.stats().freeze_count, 0u);
}

TEST(ServiceStored, ManyWatchAtOnce) {
  ServiceWorld s(5);
  s.world.server().set_catalogue({ServiceWorld::title("clip"), ServiceWorld::title("other")});
  for (std::size_t i = 0; i < 10; ++i) {
    s.watch({.title = i % 2 == 0 ? "clip" : "other", .rendition = i % 3 == 2 ? "720p" : ""}, path(20ms),
            path(20ms, {{0s, DataRate::mbps(2.0 + static_cast<double>(i))}}));
  }
  s.world.run_for(8s);
  for (std::size_t i = 0; i < 10; ++i) {
    EXPECT_GT(s.stats(i).frames_received, 150u) << i;
    EXPECT_LT(s.stats(i).total_freezes_duration, 1s) << i;
  }
}

TEST(ServiceStored, SameSeedSameBytes) {
  std::uint64_t hashes[2];
  for (auto& hash : hashes) {
    ServiceWorld s(6);
    s.world.server().set_catalogue({ServiceWorld::title("clip")});
    s.watch({.title = "clip"}, path(20ms, 0.02), path(20ms, {{0s, DataRate::mbps(5)}}, 0.02));
    s.world.run_for(5s);
    hash = s.world.hash();
  }
  EXPECT_EQ(hashes[0], hashes[1]);
}

// AV-SVC-8
TEST(ServiceStored, RefusalsReachTheUser) {
  ServiceWorld s(7);
  s.world.server().set_catalogue({ServiceWorld::title("clip")});
  const auto ada = s.watch({.title = "nothing"}, path(20ms), path(20ms));
  s.world.client(ada).browse(s.world.now());
  ASSERT_TRUE(s.world.run_until([&] { return s.find<service::CatalogueReceived>() != nullptr; }, 5s));
  const auto* refused = s.find<service::Refused>();
  ASSERT_NE(refused, nullptr);
  EXPECT_EQ(refused->request, s.plays[ada]);
  EXPECT_EQ(refused->code, wire::RefusalCode::no_such_title);
  EXPECT_EQ(s.find<service::CatalogueReceived>()->titles[0].name, "clip");
  EXPECT_NE(s.find<service::Joined>(), nullptr);
  s.world.client(ada).bye(s.world.now(), "done");
  ASSERT_TRUE(s.world.run_until([&] { return s.find<service::ConnectionClosed>() != nullptr; }, 5s));
  EXPECT_EQ(s.find<service::ConnectionClosed>()->code, wire::CloseCode::none);
}

// AV-SVC-13
TEST(ServiceStored, ReconnectionSupersedesItsGhost) {
  ServiceWorld s(8);
  const auto ghost = s.connect(path(20ms), path(20ms), {}, 77);
  s.world.client(ghost).join(s.world.now(), "ada");
  s.world.run_for(1s);
  const auto ada = s.connect(path(20ms), path(20ms), {}, 77);
  s.world.client(ada).join(s.world.now(), "ada");
  const auto eve = s.connect(path(20ms), path(20ms), {}, 78);
  s.world.client(eve).join(s.world.now(), "ada");
  s.world.run_for(1s);
  EXPECT_NE(s.find<service::Joined>(ada), nullptr);
  ASSERT_NE(s.find<service::ConnectionClosed>(ghost), nullptr);
  EXPECT_EQ(s.find<service::ConnectionClosed>(ghost)->code, wire::CloseCode::superseded);
  ASSERT_NE(s.find<service::Refused>(eve), nullptr);
  EXPECT_EQ(s.find<service::Refused>(eve)->code, wire::RefusalCode::name_taken);
}

// AV-MIG-1, AV-MIG-2
TEST(ServiceStored, AClientThatChangesItsAddressLosesNoFrameAndFreezesOnceAtMost) {
  for (std::uint64_t seed = 1; seed <= 10; ++seed) {
    ServiceWorld s(seed);
    s.world.server().set_catalogue({ServiceWorld::title("clip")});
    const auto ada = s.watch({.title = "clip", .rendition = "720p"}, path(20ms, 0.005), path(20ms, 0.005));
    s.world.run_for(1s + seed * 173ms);
    const auto host = static_cast<std::uint8_t>(seed % 2 == 0 ? 1 : 77);  // another port, or another host too
    const auto moved = PeerAddress::v4(198, 51, 100, host, static_cast<std::uint16_t>(30'000 + seed));
    s.world.rebind(ada, moved);
    ASSERT_TRUE(s.world.run_until([&] { return s.seen[ada].ended.has_value(); }, 60s)) << "seed " << seed;
    expect_whole(s.seen[ada], ServiceWorld::segments);
    EXPECT_LE(s.stats(ada).freeze_count, 1u) << "seed " << seed;
  }
}

}  // namespace
}  // namespace avocet::test
