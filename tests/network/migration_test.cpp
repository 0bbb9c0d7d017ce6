#include <gtest/gtest.h>

#include <set>

#include "tests/network/sessions.hpp"
#include "tests/support/established.hpp"

namespace avocet::test {
namespace {

const PeerAddress other_port = PeerAddress::v4(198, 51, 100, 1, 20'000);
const PeerAddress other_host = PeerAddress::v4(203, 0, 113, 9, 20'000);

/// A client whose server sends a stream of pictures.
struct Moving : Sessions {
  explicit Moving(std::uint64_t seed_number, Duration delay = 20ms, double loss = 0) : Sessions(seed_number) {
    connect(lossy(delay, loss), lossy(delay, loss));
    on_client_event = [this](std::size_t, session::Event& event) {
      if (std::holds_alternative<session::FrameReceived>(event)) arrivals.push_back(world.now());
    };
    world.run_until([&] { return connected() && !accepted.empty(); }, 10s);
    world.run_for(500ms);
    server_session().open_track({1}, {.priority = session::TrackOptions::Priority::video});
  }
  /// 30 pictures per second of 8 kB, about 2 Mbit/s.
  void stream(Duration span) {
    const auto payload = std::make_shared<const Bytes>(8000);
    for (const Time end = world.now() + span; world.now() < end; world.run_for(33ms)) {
      if (auto* s = world.server().touch(accepted[0])) {
        s->send(world.now(), {1}, {.number = {number++}, .key = true, .payload = payload}, world.now() + 1s);
      }
    }
  }
  Duration longest_pause() const {
    Duration longest{};
    for (std::size_t i = 1; i < arrivals.size(); ++i)
      longest = std::max(longest, arrivals[i] - arrivals[i - 1]);
    return longest;
  }
  const session::Session* at_server() { return world.server().find(accepted[0]); }

  std::vector<Time> arrivals;
  std::uint64_t number = 1;
};

// AV-MIG-1, AV-MIG-7
TEST(Migration, AnotherPortInTheMiddleOfAStreamIsFollowed) {
  for (std::uint64_t seed = 1; seed <= 20; ++seed) {
    Moving m(seed);
    m.stream(2s);
    const DataRate before = m.at_server()->stats().target_rate;
    m.world.rebind(0, other_port);
    m.stream(300ms);
    EXPECT_GT(m.at_server()->stats().target_rate, before * 0.5) << "seed " << seed;  // kept (AV-MIG-2)
    m.stream(1700ms);
    EXPECT_LT(m.longest_pause(), 350ms) << "seed " << seed;
    EXPECT_GE(m.arrivals.size() + 6, m.number) << "seed " << seed;
  }
}

// AV-MIG-1, AV-MIG-2
TEST(Migration, AnotherHostIsFollowedAndItsRateMeasuredAnew) {
  for (std::uint64_t seed = 1; seed <= 20; ++seed) {
    Moving m(seed, 20ms, 0.02);
    m.stream(4s);
    m.world.rebind(0, other_host);
    m.stream(4s);
    EXPECT_FALSE(m.has<session::Closed>()) << "seed " << seed;
    EXPECT_LT(m.longest_pause(), 700ms) << "seed " << seed;
    EXPECT_GT(m.arrivals.size(), 200u) << "seed " << seed;
  }
}

// AV-MIG-5
TEST(Migration, AClientThatMovesOnPurposeUsesFreshIdsBothWays) {
  Moving m(1);
  std::set<std::uint64_t> before, after;
  auto* ids = &before;
  m.world.on_datagram = [&](const session::Transmit&, ByteView bytes) {
    wire::Reader reader(bytes);
    wire::SealedHeader header;
    wire::read_fields(reader, header);
    if (reader.ok()) ids->insert(header.destination.value);
  };
  m.stream(1s);
  m.world.add_address(0, other_host);
  m.world.client().move_to(m.world.now(), other_host);
  m.stream(200ms);
  ids = &after;
  m.stream(2s);
  EXPECT_EQ(before.size(),
            4u);  // for the client at the old and on the way to the new address, and the server's
  EXPECT_EQ(after.size(), 2u);
  EXPECT_LT(m.longest_pause(), 200ms);
  EXPECT_EQ(m.world.server().sessions(), 1u);
}

TEST(Migration, TenMovesInARowAreFollowed) {
  Moving m(3);
  m.stream(1s);
  for (std::uint16_t i = 0; i < 10; ++i) {
    m.world.rebind(
        0, PeerAddress::v4(203, 0, 113, static_cast<std::uint8_t>(i), static_cast<std::uint16_t>(5000 + i)));
    m.stream(1s);
  }
  EXPECT_FALSE(m.has<session::Closed>());
  EXPECT_GT(m.arrivals.size(), 200u);
}

TEST(Migration, AnIdleClientIsFoundAgainByItsOwnPackets) {
  Moving m(4);
  m.world.rebind(0, other_port);
  m.world.run_for(60s);
  ASSERT_FALSE(m.has<session::Closed>());
  m.stream(1s);
  EXPECT_GT(m.arrivals.size(), 25u);
}

/// The server's end of a pair, with the test as the network.
struct Spoofed {
  Spoofed() : pair(1), server(pair.make_server(now)), client(pair.make_client(now)) { settle(); }

  /// What the client has to say, as datagrams.
  std::vector<Bytes> from(session::Session& session, std::vector<PeerAddress>* to = nullptr) {
    std::vector<Bytes> datagrams;
    for (;;) {
      const auto output = session.poll(now, room, 40);
      if (std::holds_alternative<session::Wake>(output)) return datagrams;
      if (const auto* t = std::get_if<session::Transmit>(&output)) {
        for (std::size_t at = 0; at < t->size; at += t->segment) {
          const ByteView part = ByteView(room).subspan(at, std::min(t->segment, t->size - at));
          datagrams.emplace_back(part.begin(), part.end());
          if (to != nullptr) to->push_back(t->to);
        }
      }
    }
  }
  void to_server(Bytes datagram, PeerAddress from) {
    server.receive(now, {.from = from, .to = pair.server.local, .arrived = now, .bytes = datagram});
  }
  void to_client(Bytes datagram) {
    client.receive(now,
                   {.from = pair.client.peer, .to = pair.client.local, .arrived = now, .bytes = datagram});
  }
  void settle() {
    for (int i = 0; i < 20; ++i, now += 10ms) {
      for (Bytes& d : from(client)) to_server(std::move(d), pair.server.peer);
      for (Bytes& d : from(server)) to_client(std::move(d));
    }
  }

  EstablishedPair pair;
  Time now{1s};
  Bytes room = Bytes(64 << 10);
  session::Session server, client;
};

// AV-MIG-1, AV-MIG-3, AV-MIG-4
TEST(Migration, ACopyFromElsewhereGetsThreeTimesItsBytesAtMostAndMovesNothing) {
  Spoofed s;
  s.client.write(s.now, StreamId{0}, as_bytes("hello"));
  std::size_t copied = 0;
  for (Bytes& d : s.from(s.client)) {
    copied += d.size();
    s.to_server(std::move(d), other_host);  // the original is lost
  }
  s.server.write(s.now, StreamId{0}, Bytes(20'000));
  std::size_t there = 0, here = 0;
  for (int i = 0; i < 400; ++i, s.now += 10ms) {
    std::vector<PeerAddress> to;
    const auto datagrams = s.from(s.server, &to);
    for (std::size_t n = 0; n < datagrams.size(); ++n) {
      (to[n] == other_host ? there : here) += datagrams[n].size();
      if (to[n] != other_host) s.to_client(datagrams[n]);
    }
    for (Bytes& d : s.from(s.client)) s.to_server(std::move(d), s.pair.server.peer);
  }
  EXPECT_GT(there, 0u);
  EXPECT_LE(there, 3 * copied);
  EXPECT_GT(here, 20'000u);
}

// AV-MIG-6, AV-ERR-8
TEST(Migration, AFloodOfAddressesHoldsOneTrialAndNoMore) {
  Spoofed s;
  std::size_t sent = 0, came = 0;
  for (int i = 0; i < 2000; ++i, s.now += 1ms) {
    s.client.write(s.now, StreamId{0}, as_bytes("x"));
    for (Bytes& d : s.from(s.client)) {
      came += d.size();
      const auto from =
          PeerAddress::v4(203, 0, static_cast<std::uint8_t>(i / 250), static_cast<std::uint8_t>(i % 250), 9);
      s.to_server(std::move(d), from);
    }
    std::vector<PeerAddress> to;
    const auto datagrams = s.from(s.server, &to);
    for (std::size_t n = 0; n < datagrams.size(); ++n) {
      if (to[n] == s.pair.server.peer) {
        s.to_client(datagrams[n]);
      } else {
        sent += datagrams[n].size();
      }
    }
  }
  EXPECT_GT(came, 50'000u);
  EXPECT_LE(sent, 3 * came);
  EXPECT_TRUE(s.server.connected());
}

// AV-MIG-8
TEST(Migration, AClientListensToItsServerOnly) {
  Spoofed s;
  s.server.write(s.now, StreamId{0}, as_bytes("hello"));
  const auto before = s.client.stats();
  for (Bytes& d : s.from(s.server)) {
    s.client.receive(s.now, {.from = other_host, .to = s.pair.client.local, .arrived = s.now, .bytes = d});
  }
  EXPECT_EQ(s.client.stats().packets_received, before.packets_received);
  EXPECT_GT(s.client.stats().packets_malformed, before.packets_malformed);
}

}  // namespace
}  // namespace avocet::test
