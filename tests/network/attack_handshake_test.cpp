#include <gtest/gtest.h>

#include <map>

#include "protocol/session/listener.hpp"
#include "tests/support/hostile_handshake.hpp"

/// Strangers at a listener's door, and clients who get as far as the keys and then mean ill.
namespace avocet::test {
namespace {

PeerAddress address(unsigned who) {
  return PeerAddress::v4(198, 51, 100, static_cast<std::uint8_t>(who), 1000);
}

/// A listener, and per address all bytes that came from there and went there.
struct Door {
  explicit Door(session::ListenerConfig config = {}, std::uint64_t seed = 1)
      : listener(config, server_credentials(seed), Entropy::of(seed + 1)) {}

  void bring(Bytes datagram, unsigned who) {
    came[who] += datagram.size();
    listener.receive(now, {.from = address(who), .arrived = now, .bytes = datagram});
    drain();
  }
  void wait(Duration span) {
    for (const Time end = now + span; now < end; now += 10ms) {
      listener.wake(now);
      drain();
    }
  }
  void drain() {
    for (;;) {
      auto output = listener.poll(now, room, 40);
      if (std::holds_alternative<session::Wake>(output)) return;
      if (const auto* told = std::get_if<session::Listener::SessionEvent>(&output)) {
        opened += std::holds_alternative<session::Connected>(told->event);
        if (const auto* end = std::get_if<session::Closed>(&told->event)) closed = *end;
      }
      const auto* transmit = std::get_if<session::Transmit>(&output);
      if (transmit == nullptr) continue;
      const unsigned who = transmit->to.ip[15];
      for (std::size_t at = 0; at < transmit->size; at += transmit->segment) {
        const ByteView part = ByteView(room).subspan(at, std::min(transmit->segment, transmit->size - at));
        went[who] += part.size(), ++datagrams[who];
        worst = std::max(worst, static_cast<double>(went[who]) / static_cast<double>(came[who]));
        if (on_answer) on_answer(who, part);
      }
    }
  }

  session::Listener listener;
  Time now{1s};
  Bytes room = Bytes(64 << 10);
  std::map<unsigned, std::size_t> came, went, datagrams;
  double worst = 0;
  std::size_t opened = 0;
  std::optional<session::Closed> closed;
  std::function<void(unsigned, ByteView)> on_answer;
};

session::ListenerConfig always_retry() {
  session::ListenerConfig config;
  config.half_open_before_retry = 0;
  return config;
}

/// A client that hears the listener's answers to it; others hear nothing.
void connect(Door& door, HostileClient& client, unsigned who) {
  door.on_answer = [&client, who](unsigned to, ByteView datagram) {
    if (to == who) client.hear(datagram);
  };
  door.bring(client.hello_packet(), who);
}

// AV-HS-44, AV-HS-7, AV-HS-11, AV-RST-2
TEST(Strangers, NeverGetThreeTimesWhatTheySentWhateverTheySend) {
  for (const bool retry : {false, true}) {
    Door door(retry ? always_retry() : session::ListenerConfig{});
    Generator make(7);
    std::vector<Bytes> hellos;
    for (unsigned i = 0; i < 30; ++i) hellos.push_back(HostileClient(100 + i).hello_packet());
    for (int i = 0; i < 3000; ++i) {
      const unsigned who = static_cast<unsigned>(1 + make.numbers.below(8));
      Bytes datagram = hellos[make.numbers.below(hellos.size())];
      switch (make.numbers.below(7)) {
        case 0: break;                                                             // the same again and again
        case 1: datagram.resize(make.numbers.below(1200)); break;                  // too short
        case 2: datagram[7 + 40 + make.numbers.below(20)] ^= std::byte{1}; break;  // another attempt
        case 3: datagram[0] = static_cast<std::byte>(make.numbers.next()); break;  // any kind
        case 4: datagram = Bytes(1 + make.numbers.below(1300), static_cast<std::byte>(0x20)); break;
        case 5: datagram = clear_packet(wire::PacketKind::hello, wire::Hello{.versions = {77}}); break;
        default: datagram = wire::encode(wire::ResetPacket{}); break;
      }
      door.bring(std::move(datagram), who);
      if (i % 10 == 0) door.wait(50ms);  // retransmissions count too
    }
    door.wait(12s);
    EXPECT_LE(door.worst, 3.0);
    EXPECT_GT(door.worst, 0.05) << "it does answer";
    EXPECT_EQ(door.listener.sessions(), 0u) << "all attempts are forgotten";
    std::printf("most bytes sent for each byte that came, %s: %.2f\n",
                retry ? "Retry first" : "answered at once", door.worst);
  }
}

/// One Hello, no answer to what comes: with the largest certificate chain that fits, every repetition
/// counted.
// AV-HS-44
TEST(Strangers, OneHelloBuysThreeTimesItsSizeInTenSeconds) {
  Door door;
  door.bring(HostileClient(3).hello_packet(), 1);
  door.wait(15s);
  EXPECT_LE(door.went[1], 3 * door.came[1]);
  EXPECT_EQ(door.came[1], 1200u);
  std::printf("a Hello of 1200 bytes was answered by %zu bytes in %zu datagrams\n", door.went[1],
              door.datagrams[1]);
}

// AV-HS-15, AV-HS-16
TEST(Cookies, ReplayedForeignAndExpiredOnesProveNothing) {
  Door door(always_retry());
  HostileClient client(5);
  std::optional<wire::Retry> retry;
  door.on_answer = [&](unsigned, ByteView datagram) {
    if (const auto heard = client.retry_in(datagram)) retry = heard;
  };
  door.bring(client.hello_packet(), 1);
  ASSERT_TRUE(retry);
  client.hello.token = retry->cookie;
  const Bytes proven = client.hello_packet();

  door.bring(proven, 2);
  EXPECT_EQ(door.listener.sessions(), 0u) << "from another address";
  HostileClient other(6);
  other.hello.token = retry->cookie;
  door.bring(other.hello_packet(), 1);
  EXPECT_EQ(door.listener.sessions(), 0u) << "for another attempt";
  Door elsewhere(always_retry(), 50);
  elsewhere.bring(proven, 1);
  EXPECT_EQ(elsewhere.listener.sessions(), 0u) << "at another server";
  for (std::size_t at = 0; at < retry->cookie.size(); ++at) {
    client.hello.token = retry->cookie;
    (*client.hello.token)[at] ^= std::byte{1};
    door.bring(client.hello_packet(), 1);
  }
  EXPECT_EQ(door.listener.sessions(), 0u) << "with any bit changed";

  for (int i = 0; i < 1000; ++i) door.bring(proven, 1);
  EXPECT_EQ(door.listener.sessions(), 1u) << "a thousand times is one attempt";
  door.wait(11s);
  EXPECT_EQ(door.listener.sessions(), 0u);
  door.bring(proven, 1);
  EXPECT_EQ(door.listener.sessions(), 0u) << "after ten seconds";
  EXPECT_GE(door.listener.counters().retries, 2u + retry->cookie.size());
}

/// Whoever knows an attempt (it is in the clear) can neither end nor take it.
// AV-HS-19, AV-ERR-7
TEST(Strangers, AHelloAgainstAnothersHandshakeDoesNotDisturbIt) {
  Door door;
  HostileClient client(8);
  Bytes same;
  door.on_answer = [&](unsigned to, ByteView datagram) {
    if (to == 1) client.hear(datagram);
  };
  door.bring(client.hello_packet(), 1);
  ASSERT_TRUE(client.ready());
  same = client.hello_packet();
  door.bring(same, 2);  // the same attempt from elsewhere
  for (std::size_t at = 47; at < 300; at += 3) {
    Bytes changed = same;
    changed[at] ^= std::byte{0x40};
    door.bring(changed, 1);  // another share, random or list under its address
  }
  Bytes forged =
      wire::encode(wire::SealedHeader{.kind = wire::PacketKind::handshake, .destination = client.peer_id});
  forged.resize(1200);
  for (int i = 0; i < 100; ++i) door.bring(forged, 3);

  const Bytes stream = client.say_all(session::parameters_of({}, std::array<std::byte, 16>{}));
  door.bring(client.seal_part(0, stream), 1);
  EXPECT_EQ(door.opened, 1u);
}

// AV-HS-10, AV-KEY-3
TEST(Strangers, SharesWithoutASecretGetNoAnswer) {
  Door door;
  const auto bring = [&](wire::Group group, Bytes share) {
    HostileClient client(9);
    client.hello.groups = {wire::Group::x25519, wire::Group::secp256r1};
    client.hello.share_group = group;
    client.hello.share = std::move(share);
    door.bring(client.hello_packet(), 1);
  };
  // The points of low order of curve25519 (RFC 7748 section 6.1, cr.yp.to/ecdh.html).
  for (const char* point : {"0000000000000000000000000000000000000000000000000000000000000000",
                            "0100000000000000000000000000000000000000000000000000000000000000",
                            "e0eb7a7c3b41b8ae1656e3faf19fc46ada098deb9c32b1fd866205165f49b800",
                            "5f9c95bca3508c24b1d0b1559c83ef5b04445cc4581c8e86d8224eddd09f1157",
                            "ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
                            "edffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
                            "eeffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f"}) {
    bring(wire::Group::x25519, from_hex(point));
  }
  Bytes off_curve(65, std::byte{1});
  off_curve[0] = std::byte{4};
  bring(wire::Group::secp256r1, off_curve);
  bring(wire::Group::secp256r1, Bytes(65));                // infinity, padded
  bring(wire::Group::secp256r1, Bytes(33, std::byte{2}));  // compressed
  EXPECT_EQ(door.listener.sessions(), 0u);
  EXPECT_EQ(door.went[1], 0u);
  EXPECT_EQ(door.listener.counters().malformed, 10u);
}

// AV-HS-26
TEST(HandshakeStream, EndlessBytesEndIt) {
  Door door;
  HostileClient client(11);
  connect(door, client, 1);
  ASSERT_TRUE(client.ready());
  const Bytes stream = client.say_parameters({.max_datagram = 1200});
  std::size_t told = 0;
  // One message that says it is as long as the stream may be, and more of it than there may be.
  Bytes head(8);
  wire::Writer w(head);
  w.varint(wire::Wire<wire::ClientIdentity>::type);
  w.varint(20'000);
  head.resize(w.size());
  Bytes endless = stream;
  endless.insert(endless.end(), head.begin(), head.end());
  endless.resize(40'000);
  for (; told < endless.size() && !door.closed; told += 1000) {
    door.bring(client.seal_part(told, ByteView(endless).subspan(told, 1000)), 1);
    door.wait(300ms);
  }
  ASSERT_TRUE(door.closed);
  EXPECT_EQ(door.closed->code, wire::CloseCode::handshake_failed);
  EXPECT_EQ(door.opened, 0u);
  EXPECT_LE(told, 22'000u) << "it takes a moment to leave";
  EXPECT_EQ(door.listener.sessions(), 0u);
}

// AV-HS-26, AV-STR-8
TEST(HandshakeStream, GapsAndPositionsBeyondItsEndAreBounded) {
  for (const bool beyond : {false, true}) {
    Door door;
    HostileClient client(12);
    connect(door, client, 1);
    ASSERT_TRUE(client.ready());
    if (beyond) {
      door.bring(client.seal_part(wire::max_varint, as_bytes("x")), 1);
    } else {
      for (std::uint64_t at = 1; at < 16'384; at += 2) door.bring(client.seal_part(at, as_bytes("x")), 1);
    }
    door.wait(11s);
    EXPECT_TRUE(door.closed);
    EXPECT_EQ(door.opened, 0u);
    EXPECT_EQ(door.listener.sessions(), 0u);
  }
}

/// Packets that come before ClientFinished are held, sixteen of them and no giants; what is not authentic
/// then is nothing.
// AV-HS-33, AV-ERR-9
TEST(HandshakeStream, WhatComesEarlyIsBounded) {
  Door door;
  HostileClient client(13);
  connect(door, client, 1);
  ASSERT_TRUE(client.ready());
  for (unsigned i = 0; i < 1000; ++i) {
    Bytes giant = wire::encode(wire::SealedHeader{.destination = client.peer_id, .number_low = i});
    giant.resize(i % 2 == 0 ? 60'000 : 1200);
    door.bring(std::move(giant), 4);
  }
  const session::Session* session = door.listener.find({1});
  ASSERT_NE(session, nullptr);
  EXPECT_LE(session->stats().memory_held, session::memory_cap({}));
  const Bytes stream = client.say_all(session::parameters_of({}, std::array<std::byte, 16>{}));
  door.bring(client.seal_part(0, stream), 1);
  EXPECT_EQ(door.opened, 1u) << "forged early packets fill the places, and are dropped";
}

/// Whatever limits a peer names, the session does not break, and forgets a peer that is silent.
// AV-ERR-7
TEST(ExtremeParameters, OfAnySizeAreSurvived) {
  Generator make(3);
  for (int i = 0; i < 60; ++i) {
    wire::Parameters p = make.make<wire::Parameters>();
    if (i < 4) p.max_data = p.max_stream_data = p.max_streams = i % 2 == 0 ? 0 : wire::max_varint;
    if (i == 4) p.max_ack_delay = std::chrono::microseconds(std::int64_t{1} << 53);
    if (i == 5) p.idle_timeout = std::chrono::microseconds(std::int64_t{1} << 53);
    if (i == 6) p.idle_timeout = {}, p.max_ack_delay = {};
    if (i == 7) p.max_datagram = 65535, p.max_ids = 255;
    Victim victim(Victim::Setup{.our_parameters = [&](wire::Parameters& out) { out = p; }});
    std::vector<StreamId> streams{{0}};
    for (int n = 0; n < 100; ++n) {
      if (const auto stream = victim.session.open_stream()) streams.push_back(*stream);
    }
    for (const StreamId stream : streams) (void)victim.session.write(victim.now, stream, Bytes(3000));
    victim.drain();
    for (int n = 0; n < 20; ++n) {
      victim.say(wire::Ping{});
      victim.wait(100ms);
      ASSERT_LE(victim.session.stats().memory_held, session::memory_cap({})) << i;
    }
    ASSERT_FALSE(victim.closed) << i;
    victim.wait(40s);
    ASSERT_TRUE(victim.closed) << "silence, " << i;
  }
}

}  // namespace
}  // namespace avocet::test
