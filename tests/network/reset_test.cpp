#include <gtest/gtest.h>

#include "tests/network/sessions.hpp"

namespace avocet::test {
namespace {

session::ListenerConfig with_keys(std::uint64_t seed) {
  session::ListenerConfig config;
  config.keys = session::ListenerKeys::make(Entropy::of(seed));
  return config;
}

/// A new listener in the place of the old one, which has not said goodbye.
void restart(Sessions& s, const session::ListenerConfig& config) {
  s.world.set_server(std::make_unique<session::Listener>(config, server_credentials(s.seed * 7),
                                                         Entropy::of(s.seed * 7 + 2)));
}

// AV-RST-1, AV-RST-4
TEST(Reset, ARestartedServerEndsOldSessionsAtOnce) {
  for (std::uint64_t seed = 1; seed <= 20; ++seed) {
    const auto config = with_keys(seed);
    Sessions s(seed, config);
    s.connect(lossy(20ms, 0.2), lossy(20ms, 0.2));
    ASSERT_TRUE(s.world.run_until([&] { return s.connected() && !s.accepted.empty(); }, 10s));
    s.world.run_for(3s);
    restart(s, config);
    s.world.client().write(s.world.now(), StreamId{0}, as_bytes("are you there?"));
    ASSERT_TRUE(s.world.run_until([&] { return s.has<session::Closed>(); }, 3s)) << "seed " << seed;
    const auto& closed = std::get<session::Closed>(s.client_events[0].back());
    EXPECT_EQ(closed.code, wire::CloseCode::reset);
    EXPECT_FALSE(closed.by_peer);
    EXPECT_EQ(s.world.server().counters().strays, s.world.server().counters().resets);
  }
}

// AV-RST-4
TEST(Reset, OneUnderAnotherKeyIsNotBelieved) {
  Sessions s(1, with_keys(1));
  s.connect(lossy(20ms, 0), lossy(20ms, 0));
  ASSERT_TRUE(s.world.run_until([&] { return s.connected() && !s.accepted.empty(); }, 10s));
  restart(s, with_keys(2));
  s.world.client().write(s.world.now(), StreamId{0}, as_bytes("are you there?"));
  s.world.run_for(20s);
  EXPECT_GT(s.world.server().counters().resets, 0u);
  EXPECT_FALSE(s.has<session::Closed>());
  EXPECT_EQ(s.world.client().stats().packets_malformed, s.world.server().counters().resets);
}

struct Strays {
  Strays() : listener(with_keys(1), server_credentials(1), Entropy::of(2)) {}
  void receive(Bytes packet) {
    listener.receive(now, {.from = PeerAddress::v4(198, 51, 100, 1, 9), .arrived = now, .bytes = packet});
  }
  /// Sizes of what is answered.
  std::vector<std::size_t> answers() {
    std::vector<std::size_t> sizes;
    Bytes room(64 << 10);
    for (;;) {
      const auto output = listener.poll(now, room, 40);
      if (std::holds_alternative<session::Wake>(output)) return sizes;
      sizes.push_back(std::get<session::Transmit>(output).size);
    }
  }
  static Bytes sealed(wire::PacketKind kind, std::size_t size) {
    Bytes packet = wire::encode(wire::SealedHeader{.kind = kind, .destination = {77}});
    packet.resize(size);
    return packet;
  }
  Time now{1s};
  session::Listener listener;
};

// AV-RST-2
TEST(Reset, IsSmallerThanWhatItAnswersAndAnswersNothingElse) {
  Strays s;
  s.receive(Strays::sealed(wire::PacketKind::protected_, 40));
  EXPECT_EQ(s.answers(), std::vector<std::size_t>{wire::reset_packet_size});
  for (const std::size_t size : {13u, 25u, 28u})
    s.receive(Strays::sealed(wire::PacketKind::protected_, size));
  s.receive(Strays::sealed(wire::PacketKind::handshake, 1200));
  s.receive(wire::encode(wire::ResetPacket{.unknown = {77}}));
  EXPECT_TRUE(s.answers().empty());
}

// AV-RST-3
TEST(Reset, AFloodOfStraysGetsNoMoreThanAThousandPerSecond) {
  Strays s;
  std::size_t answered = 0;
  for (int ms = 0; ms < 2000; ++ms, s.now += 1ms) {
    for (int i = 0; i < 50; ++i) s.receive(Strays::sealed(wire::PacketKind::protected_, 100));
    answered += s.answers().size();
  }
  EXPECT_GE(answered, 1900u);
  EXPECT_LE(answered, 2101u);
}

}  // namespace
}  // namespace avocet::test
