#include <gtest/gtest.h>

#include <set>

#include "tests/network/sessions.hpp"
#include "tests/support/attacker.hpp"

/// Packets that are forged, replayed, too old, reordered, cut short, or of keys that nobody has: what does
/// not open costs a counter, and what opens counts once.
namespace avocet::test {
namespace {

// AV-PKT-11
TEST(HostilePackets, AForgeryOfAnyByteChangesNothingButACounter) {
  Victim victim;
  const Bytes real =
      victim.sealed(frames_of(wire::Ping{}, wire::Stream{.id = {0}, .data = as_bytes("hello")}), victim.next);
  const auto before = victim.session.stats();
  std::uint64_t forged = 0;
  for (std::size_t at = 0; at < real.size(); ++at) {
    for (const unsigned flip : {0x01u, 0x80u}) {
      Bytes changed = real;
      changed[at] ^= static_cast<std::byte>(flip);
      victim.bring(changed), ++forged;
    }
  }
  const auto after = victim.session.stats();
  EXPECT_EQ(after.packets_received, before.packets_received);
  EXPECT_EQ(after.packets_sent, before.packets_sent) << "forgeries are not answered";
  EXPECT_EQ(after.packets_undecryptable + after.packets_malformed + after.packets_duplicate, forged);
  victim.bring(real);
  EXPECT_EQ(victim.session.stats().packets_received, before.packets_received + 1)
      << "the real one still opens";
  EXPECT_EQ(as_text(victim.session.read(victim.now, {0}).data), "hello");
}

// AV-PKT-9
TEST(HostilePackets, ReplaysCountOnce) {
  Victim victim;
  std::vector<Bytes> packets;
  for (std::uint64_t i = 0; i < 1000; ++i) {
    packets.push_back(victim.sealed(frames_of(wire::Stream{.id = {0}, .offset = i, .data = as_bytes("x")}),
                                    PacketNumber{i}));
  }
  for (int times = 0; times < 3; ++times) {
    for (const Bytes& packet : packets) victim.bring(packet);
  }
  const auto stats = victim.session.stats();
  EXPECT_EQ(stats.packets_received, 1000u);
  EXPECT_EQ(stats.packets_duplicate, 2000u);
  EXPECT_EQ(victim.session.read(victim.now, {0}).data.size(), 1000u);
}

/// Every datagram is in one counter: that of the peer's last flight too, when it comes once more.
// AV-HS-36
TEST(HostilePackets, HandshakePacketsAfterTheHandshakeAreIgnoredAndCounted) {
  Victim victim;
  const auto before = victim.session.stats();
  Bytes late = victim.sealed(frames_of(wire::Ping{}), victim.next);
  constexpr unsigned kind_bits = 2;
  late[0] |= static_cast<std::byte>(static_cast<unsigned>(wire::PacketKind::handshake) << kind_bits);
  victim.bring(late);
  const auto after = victim.session.stats();
  EXPECT_EQ(after.packets_duplicate, before.packets_duplicate + 1);
  EXPECT_EQ(after.packets_received, before.packets_received);
  EXPECT_EQ(after.packets_sent, before.packets_sent);
}

// AV-PKT-9
TEST(HostilePackets, VeryOldOnesAreDroppedAndReorderedOnesAreNot) {
  Victim victim;
  constexpr std::uint64_t newest = 20'000, window = 8192;
  const auto packet = [&](std::uint64_t number) {
    return victim.sealed(frames_of(wire::Ping{}), PacketNumber{number});
  };
  victim.bring(packet(newest));
  for (std::uint64_t number = newest - 1; number > newest - window; number -= 7) victim.bring(packet(number));
  const auto in_order = (window - 2) / 7 + 1;
  EXPECT_EQ(victim.session.stats().packets_received, 1 + in_order) << "backwards is an order like any other";
  for (std::uint64_t old = 1; old <= 500; ++old) victim.bring(packet(newest - window - old + 1));
  EXPECT_EQ(victim.session.stats().packets_received, 1 + in_order);
  EXPECT_EQ(victim.session.stats().packets_duplicate, 500u);
}

/// A phase that is turned, whatever the number: the keys stay where they are, and the peer's go on working.
// AV-PKT-11
TEST(HostilePackets, TurnedPhasesDoNotTurnKeys) {
  Victim victim;
  Generator make(1);
  for (int i = 0; i < 2000; ++i) {
    Bytes forged = victim.ours.seal(
        make.numbers.below(2) == 0 ? frames_of(wire::Ping{}) : Bytes(make.numbers.below(1100)),
        {.key_phase = true, .destination = victim.its_id()},
        PacketNumber{victim.next.value + make.numbers.below(40)});  // sealed with the old keys, marked as new
    victim.bring(std::move(forged));
    if (i % 20 == 0) victim.say(wire::Ping{});
  }
  EXPECT_EQ(victim.session.stats().key_updates, 0u);
  EXPECT_EQ(victim.session.stats().packets_received, 100u);
  EXPECT_FALSE(victim.closed);

  // The real next generation, once; the one after it before ours was acknowledged is nobody's.
  victim.next.value += 100;
  victim.bring(victim.ours.seal(frames_of(wire::Ping{}), {.key_phase = true, .destination = victim.its_id()},
                                victim.next, 1));
  EXPECT_EQ(victim.session.stats().key_updates, 1u);
  ++victim.next;
  const auto before = victim.session.stats().packets_received;
  victim.bring(victim.ours.seal(frames_of(wire::Ping{}), {.destination = victim.its_id()}, victim.next, 2));
  EXPECT_LE(victim.session.stats().key_updates, 2u);
  EXPECT_LE(victim.session.stats().packets_received, before + 1);
}

// AV-ENC-7, AV-ERR-7
TEST(HostilePackets, EveryDatagramOfAConversationMayBeCutAnywhere) {
  session::ListenerConfig config;
  config.half_open_before_retry = 0;  // a Retry is part of it
  session::Listener listener(config, server_credentials(1), Entropy::of(2));
  Time now{1s};
  auto client = session::Session::connect({}, client_credentials(3), Sessions::World_::server_address,
                                          Entropy::of(4), now, calendar);
  const PeerAddress at = Sessions::World_::client_address(0), server = Sessions::World_::server_address;
  std::vector<Bytes> to_server, to_client;
  std::optional<SessionId> accepted;
  std::size_t datagrams = 0, cuts = 0;
  bool client_open = false;
  Bytes heard, room(64 << 10);

  const auto keep = [&](std::vector<Bytes>& queue, const session::Transmit& t) {
    for (std::size_t from = 0; from < t.size; from += t.segment) {
      const auto part = ByteView(room).subspan(from, std::min(t.segment, t.size - from));
      queue.emplace_back(part.begin(), part.end());
    }
  };
  const auto poll_both = [&] {
    for (;;) {
      auto out = client.poll(now, room, 40);
      if (std::holds_alternative<session::Wake>(out)) break;
      if (auto* t = std::get_if<session::Transmit>(&out)) keep(to_server, *t);
      if (auto* event = std::get_if<session::Event>(&out)) {
        client_open |= std::holds_alternative<session::Connected>(*event);
        ASSERT_FALSE(std::holds_alternative<session::Closed>(*event));
      }
    }
    for (;;) {
      auto out = listener.poll(now, room, 40);
      if (std::holds_alternative<session::Wake>(out)) break;
      if (auto* t = std::get_if<session::Transmit>(&out)) keep(to_client, *t);
      if (auto* told = std::get_if<session::Listener::SessionEvent>(&out)) {
        accepted = told->session;
        ASSERT_FALSE(std::holds_alternative<session::Closed>(told->event));
        if (std::holds_alternative<session::StreamReadable>(told->event)) {
          const auto read = listener.touch(*accepted)->read(now, {0});
          heard.insert(heard.end(), read.data.begin(), read.data.end());
        }
      }
    }
  };
  /// All its beginnings, and then itself.
  const auto deliver = [&](std::vector<Bytes>& queue, auto& to, PeerAddress from, PeerAddress local) {
    for (Bytes& datagram : std::exchange(queue, {})) {
      ++datagrams;
      for (std::size_t size = 0; size < datagram.size(); ++size, ++cuts) {
        Bytes cut(datagram.begin(), datagram.begin() + static_cast<std::ptrdiff_t>(size));
        to.receive(now, {.from = from, .to = local, .arrived = now, .bytes = cut});
      }
      to.receive(now, {.from = from, .to = local, .arrived = now, .bytes = datagram});
    }
  };
  poll_both();
  for (int round = 0; round < 40 && heard.size() < 5000; ++round) {
    deliver(to_server, listener, at, server);
    deliver(to_client, client, server, at);
    now += 10ms;
    if (client_open && round == 10) (void)client.write(now, {0}, Bytes(5000, std::byte{7}));
    poll_both();
  }
  EXPECT_EQ(heard, Bytes(5000, std::byte{7}));
  EXPECT_GE(datagrams, 12u);
  EXPECT_EQ(listener.sessions(), 1u);
  std::printf("%zu datagrams cut at %zu places: nothing but the whole ones counted\n", datagrams, cuts);
}

// AV-DGM-4
TEST(HostilePackets, DatagramsLargerThanAnyAreDropped) {
  Victim victim;
  Bytes frames(20'000);
  frames[0] = std::byte{0x01};
  victim.bring(victim.sealed(frames, victim.next));
  EXPECT_EQ(victim.session.stats().packets_received, 0u);
  EXPECT_EQ(victim.session.stats().packets_malformed, 1u);
}

/// Just below every wrap of the numbers that travel: 2^32 of the low part, 2^62 of a varint.
// AV-PKT-8
TEST(HostilePackets, AgedCountersWrapWithoutHarm) {
  for (const std::uint64_t wrap : {std::uint64_t{1} << 32, std::uint64_t{3} << 32, std::uint64_t{1} << 33}) {
    Victim victim(Victim::Setup{.its_first = {wrap - 2}, .our_first = {wrap - 5}});
    for (int i = 0; i < 20; ++i) victim.say(wire::Ping{}), victim.wait(30ms);
    EXPECT_EQ(victim.session.stats().packets_received, 20u) << wrap;
    EXPECT_EQ(victim.session.stats().received_gaps, 0u);
    EXPECT_GT(victim.expected.value, wrap) << "its own numbers have passed it too";
    victim.say(
        wire::Ack{.largest = {victim.expected.value - 1}, .first_run = victim.expected.value - wrap + 1});
    EXPECT_FALSE(victim.verdict());
  }
  constexpr std::uint64_t last = wire::largest_packet_number;
  Victim victim(Victim::Setup{.our_first = {last - 3}});
  for (int i = 0; i < 4; ++i) victim.say(wire::Ping{}), victim.wait(30ms);
  EXPECT_EQ(victim.session.stats().packets_received, 4u);
  victim.say(wire::Ping{});  // would be number 2^62: nothing can have it
  victim.wait(30ms);
  EXPECT_FALSE(victim.closed);
}

}  // namespace
}  // namespace avocet::test
