#include <gtest/gtest.h>

#include "tests/network/service_world.hpp"

namespace avocet::test {
namespace {

constexpr Duration one_way = 50ms;

PeerAddress same_address(std::uint16_t port) {
  PeerAddress address = ServiceWorld::Net::client_address(0);
  address.port = port;
  return address;
}

/// A viewer that has watched for some seconds and left, and the tickets it was given.
struct Viewer : ServiceWorld {
  explicit Viewer(std::uint64_t number, Duration watched = 5s, service::ServerConfig config = {})
      : ServiceWorld(number, config), credentials(client_credentials(number)) {
    world.server().set_catalogue({title("film"), title("other")});
    watch_as({}, {.title = "film"});
    world.run_for(watched);
    world.remove_client(0);
  }

  std::vector<service::TicketReceived> tickets(std::size_t i = 0) const {
    std::vector<service::TicketReceived> all;
    for (const auto& event : client_events[i]) {
      if (const auto* t = std::get_if<service::TicketReceived>(&event)) all.push_back(*t);
    }
    return all;
  }
  /// The first, or the latest, of those that seal a play.
  service::TicketReceived sealed(bool latest = true) const {
    std::optional<service::TicketReceived> found;
    for (auto& one : tickets()) {
      if (one.play && (latest || !found)) found = one;
    }
    return found.value();
  }

  std::size_t watch_as(const std::optional<service::TicketReceived>& ticket,
                       const service::PlayRequest& request, std::optional<PeerAddress> address = {}) {
    session::ClientCredentials mine = credentials;
    service::ClientConfig config;
    if (ticket) mine.resumption = ticket->resumption, config.sealed_play = ticket->play;
    const std::size_t i = connect_as(std::move(mine), path(one_way), path(one_way), config, address);
    began = world.now();
    world.client(i).join(world.now(), "viewer");
    plays[i] = world.client(i).play(world.now(), request);
    return i;
  }
  /// When the first packet with media arrived, after the Hello.
  Duration first_media(std::size_t i) {
    const auto got = [&] { return world.client(i).stats().fragments_received > 0; };
    return world.run_until(got, 5s) ? world.now() - began : Duration::max();
  }
  service::PlayRequest from(Duration start) const { return {.title = "film", .start = start}; }

  session::ClientCredentials credentials;
  Time began{};
};

// AV-TKT-11, AV-SVC-41
TEST(SealedPlay, FirstMediaComesOneRoundTripAfterTheHello) {
  Viewer without(1), with(2);
  const std::size_t plain = without.watch_as({}, without.from(3s), same_address(20000));
  const Duration two_round_trips = without.first_media(plain);
  const auto ticket = with.sealed();
  const std::size_t i = with.watch_as(ticket, with.from(ticket.play->position), same_address(20000));
  const Duration one_round_trip = with.first_media(i);
  std::printf("first media: %.1f ms after the Hello with a ticket, %.1f ms without, round trip 100 ms\n",
              to_seconds(one_round_trip) * 1000, to_seconds(two_round_trips) * 1000);
  EXPECT_GE(one_round_trip, 2 * one_way);
  EXPECT_LT(one_round_trip, 3 * one_way);
  EXPECT_GE(two_round_trips, 4 * one_way);
  EXPECT_LT(two_round_trips, 5 * one_way);  // AV-SEG-14
}

// AV-SVC-42, AV-SVC-43
TEST(SealedPlay, GoesOnToTheEndWithoutAGapOrARepetition) {
  Viewer v(3);
  const auto ticket = v.sealed();
  EXPECT_GT(ticket.play->position, 1s);
  const std::size_t i = v.watch_as(ticket, v.from(ticket.play->position), same_address(20000));
  ASSERT_TRUE(v.world.run_until([&] { return v.seen[i].ended.has_value(); }, 60s));
  EXPECT_EQ(v.seen[i].ended->reason, "");
  const auto numbers = v.seen[i].numbers(true);
  ASSERT_FALSE(numbers.empty());
  for (std::size_t n = 1; n < numbers.size(); ++n) ASSERT_EQ(numbers[n], numbers[n - 1] + 1);
  EXPECT_EQ(numbers.back() + 1, ServiceWorld::segments * ServiceWorld::frames_per_segment);
  ASSERT_EQ(v.seen[i].started.size(), 1u);
  EXPECT_LE(std::chrono::abs(v.seen[i].started[0].start - ticket.play->position), 3s);
  EXPECT_TRUE(v.find<service::Connected>(i)->resumed);
  v.world.run_for(300ms);  // the server hears of it
  EXPECT_EQ(v.world.server().plays(), 0u);
}

TEST(SealedPlay, TheNameIsJoinedAgainAndTheGhostSuperseded) {
  Viewer v(4);
  EXPECT_EQ(v.world.server().users(), 1u);  // the one that went without a word
  const auto ticket = v.sealed();
  v.watch_as(ticket, v.from(ticket.play->position), same_address(20000));
  v.world.run_for(2s);
  EXPECT_EQ(v.world.server().users(), 1u);
  EXPECT_EQ(v.world.server().plays(), 1u);
}

// AV-TKT-6, AV-TKT-10
TEST(SealedPlay, AHelloThatIsRepeatedGetsNoSecondMedia) {
  Viewer v(5);
  const auto ticket = v.sealed();
  const std::size_t i = v.watch_as(ticket, v.from(ticket.play->position), same_address(20000));
  EXPECT_LT(v.first_media(i), 3 * one_way);
  const std::size_t again = v.watch_as(ticket, v.from(ticket.play->position), same_address(20001));
  EXPECT_GE(v.first_media(again), 4 * one_way);
  EXPECT_FALSE(v.find<service::Connected>(again)->resumed);
}

// AV-TKT-11
TEST(SealedPlay, WithoutAProvenAddressItWaitsForTheRequest) {
  Viewer v(6);
  const auto ticket = v.sealed();
  const std::size_t i =
      v.watch_as(ticket, v.from(ticket.play->position), PeerAddress::v4(203, 0, 113, 5, 20000));
  EXPECT_GE(v.first_media(i), 4 * one_way);
  EXPECT_TRUE(v.find<service::Connected>(i)->resumed);
}

TEST(SealedPlay, AMangledTicketOrAnotherClientsGetsNothingEarly) {
  Viewer v(7);
  auto mangled = v.sealed();
  mangled.resumption.ticket[40] ^= std::byte{1};
  const std::size_t i = v.watch_as(mangled, v.from(mangled.play->position), same_address(20000));
  EXPECT_GE(v.first_media(i), 4 * one_way);
  v.world.remove_client(i);
  auto stolen = v.sealed();
  stolen.resumption.secret = {};
  const std::size_t thief = v.watch_as(stolen, v.from(stolen.play->position), same_address(20001));
  EXPECT_GE(v.first_media(thief), 4 * one_way);
}

// AV-SVC-43
TEST(SealedPlay, AnotherWishDropsWhatTheTicketBegan) {
  Viewer v(8);
  const auto ticket = v.sealed();
  const std::size_t i = v.watch_as(ticket, {.title = "other"}, same_address(20000));
  ASSERT_TRUE(v.world.run_until([&] { return v.seen[i].ended.has_value(); }, 60s));
  EXPECT_EQ(v.seen[i].ended->reason, "");
  EXPECT_EQ(v.seen[i].numbers(true).size(), ServiceWorld::segments * ServiceWorld::frames_per_segment);
  EXPECT_EQ(v.world.server().plays(), 0u);
}

// AV-TKT-4
TEST(SealedPlay, AfterARetryItStillBeginsWithTheHandshake) {
  service::ServerConfig config;
  config.listener.half_open_before_retry = 0;
  Viewer v(9, 5s, config);
  auto ticket = v.sealed();
  ticket.resumption.token.clear();
  const std::size_t i = v.watch_as(ticket, v.from(ticket.play->position), same_address(20000));
  const Duration first = v.first_media(i);
  EXPECT_GE(first, 4 * one_way);
  EXPECT_LT(first, 5 * one_way);
}

// AV-SVC-40
TEST(SealedPlay, TicketsFollowThePositionEveryFewSeconds) {
  Viewer v(10, 10s);
  std::size_t count = 0;
  Duration last = -1s;
  for (const auto& one : v.tickets()) {
    if (!one.play) continue;
    ++count;
    EXPECT_EQ(one.play->title, "film");
    EXPECT_GT(one.play->position, last);
    last = one.play->position;
  }
  EXPECT_GE(count, 3u);
  EXPECT_LE(count, 6u);
  EXPECT_GE(last, 6s);
}

TEST(SealedPlay, AClientThatNeverGoesOnCostsOneBufferAtMost) {
  Viewer v(11);
  const auto ticket = v.sealed();
  session::ClientCredentials mine = v.credentials;
  mine.resumption = ticket.resumption;
  const std::size_t i = v.connect_as(std::move(mine), path(one_way), path(one_way), {}, same_address(20000));
  v.world.run_for(10s);
  const auto received = v.world.client(i).stats().bytes_received;
  EXPECT_LT(received, 2'000'000u);  // 1.5 s of at most 6 Mbit/s, and repair
  EXPECT_TRUE(v.world.client(i).connected());
}

}  // namespace
}  // namespace avocet::test
