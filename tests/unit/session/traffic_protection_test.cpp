#include "protocol/session/traffic_protection.hpp"

#include <gtest/gtest.h>
#include <rapidcheck.h>
#include <rapidcheck/gtest.h>

#include <set>

namespace avocet::session {
namespace {

using Refusal = TrafficProtection::Refusal;
constexpr Time start{1s};
constexpr Duration keep = 300ms;

crypto::TrafficSecrets secrets() {
  crypto::TrafficSecrets out;
  std::ranges::fill(out.client.bytes(), std::byte{1});
  std::ranges::fill(out.server.bytes(), std::byte{2});
  return out;
}

std::shared_ptr<const crypto::Context> context() {
  static const auto one = std::make_shared<const crypto::Context>(Entropy::of(1));
  return one;
}

/// One end, which numbers its packets. Their frames are always the same zeros, so that the ciphertext is the
/// keystream, and two equal ones mean a nonce used twice under one key.
struct End {
  explicit End(Role role, const KeyLimits& limits = {})
      : keys(context(), role, secrets(), limits, {}, start) {}

  Bytes seal_as(PacketNumber number) {
    Bytes packet(TrafficProtection::payload_at + 32 + wire::tag_size);
    EXPECT_TRUE(keys.seal(packet, 32, {7}, number, false));
    return packet;
  }
  Bytes seal() { return seal_as({next++}); }

  std::optional<Refusal> refusal(Bytes packet, Time now = start) {
    const auto opened = keys.open(now, keep, packet);
    return opened ? std::nullopt : std::optional(opened.error());
  }
  bool open(const Bytes& packet, Time now = start) { return !refusal(packet, now); }

  TrafficProtection keys;
  std::uint64_t next = 0;
};

bool phase(const Bytes& packet) { return (packet[0] & std::byte{2}) != std::byte{0}; }
ByteView keystream(const Bytes& packet) {
  return ByteView(packet).subspan(TrafficProtection::payload_at, 32);
}

/// Both have sent, heard and acknowledged a packet of generation 0.
struct Ends {
  End client{Role::client}, server{Role::server};

  Ends() {
    EXPECT_TRUE(server.open(client.seal()));
    EXPECT_TRUE(client.open(server.seal()));
    EXPECT_TRUE(client.keys.on_acknowledged({0}, 0));
    EXPECT_TRUE(server.keys.on_acknowledged({0}, 0));
  }
};

// AV-KEY-9, AV-KEY-11
TEST(TrafficProtection, ThePeerFollowsAnUpdate) {
  Ends e;
  ASSERT_TRUE(e.client.keys.update(start));
  const Bytes first = e.client.seal();
  EXPECT_TRUE(phase(first));
  ASSERT_TRUE(e.server.open(first));
  EXPECT_EQ(e.server.keys.sending_generation(), 1u);
  const Bytes answer = e.server.seal();
  EXPECT_TRUE(phase(answer));
  ASSERT_TRUE(e.client.open(answer));
  EXPECT_EQ(e.client.keys.receiving_generation(), 1u);
  EXPECT_EQ(e.client.keys.sending_generation(), 1u);
}

// AV-KEY-11
TEST(TrafficProtection, BothMayBeginTheSameUpdate) {
  Ends e;
  ASSERT_TRUE(e.client.keys.update(start));
  ASSERT_TRUE(e.server.keys.update(start));
  const Bytes there = e.client.seal(), back = e.server.seal();
  ASSERT_TRUE(e.server.open(there));
  ASSERT_TRUE(e.client.open(back));
  EXPECT_EQ(e.client.keys.sending_generation(), 1u);
  EXPECT_EQ(e.server.keys.sending_generation(), 1u);
}

// AV-KEY-11
TEST(TrafficProtection, ForgedPhasesChangeNothing) {
  Ends e;
  for (int i = 0; i < 1000; ++i) {
    Bytes packet = e.client.seal();
    packet[0] ^= std::byte{2};
    ASSERT_EQ(e.server.refusal(packet), Refusal::not_authentic);
  }
  EXPECT_EQ(e.server.keys.receiving_generation(), 0u);
  EXPECT_EQ(e.server.keys.sending_generation(), 0u);
  EXPECT_TRUE(e.server.open(e.client.seal()));
  ASSERT_TRUE(e.client.keys.update(start));
  EXPECT_TRUE(e.server.open(e.client.seal())) << "after all the forgeries";
}

// AV-KEY-13
TEST(TrafficProtection, LatePacketsOpenWhileTheirKeysAreKept) {
  Ends e;
  const Bytes late = e.client.seal(), later = e.client.seal();
  ASSERT_TRUE(e.client.keys.update(start));
  ASSERT_TRUE(e.server.open(e.client.seal()));
  EXPECT_TRUE(e.server.open(late, start + keep - 1ns));
  EXPECT_EQ(e.server.refusal(late, start + keep - 1ns), Refusal::duplicate);
  EXPECT_EQ(e.server.refusal(later, start + keep), Refusal::not_authentic);
}

TEST(TrafficProtection, PacketsOfTheNewPhaseMayOvertakeEachOther) {
  Ends e;
  ASSERT_TRUE(e.client.keys.update(start));
  const Bytes first = e.client.seal(), second = e.client.seal();
  ASSERT_TRUE(e.server.open(second));
  EXPECT_TRUE(e.server.open(first));
}

// AV-KEY-14
TEST(TrafficProtection, OldKeysAboveTheUpdateAreAViolation) {
  Ends e;
  End cheat(Role::client);
  ASSERT_TRUE(e.client.keys.update(start));
  ASSERT_TRUE(e.server.open(e.client.seal()));
  EXPECT_EQ(e.server.refusal(cheat.seal_as({e.client.next})), Refusal::against_rules);
}

// AV-KEY-14
TEST(TrafficProtection, NewKeysBelowAnOldPacketAreAViolation) {
  Ends e;
  const Bytes old = e.client.seal_as({9});
  ASSERT_TRUE(e.server.open(old));
  End cheat(Role::client);
  cheat.seal();
  ASSERT_TRUE(cheat.keys.on_acknowledged({0}, 0));
  ASSERT_TRUE(cheat.keys.update(start));
  EXPECT_EQ(e.server.refusal(cheat.seal_as({5})), Refusal::against_rules);
}

// AV-KEY-14
TEST(TrafficProtection, ALateOldPacketBoundsTheNewOnesFromBelow) {
  Ends e;
  const Bytes late = e.client.seal_as({9});
  ASSERT_TRUE(e.client.keys.update(start));
  ASSERT_TRUE(e.server.open(e.client.seal_as({12})));
  ASSERT_TRUE(e.server.open(late));
  End cheat(Role::client);
  cheat.seal();
  ASSERT_TRUE(cheat.keys.on_acknowledged({0}, 0));
  ASSERT_TRUE(cheat.keys.update(start));
  EXPECT_EQ(e.server.refusal(cheat.seal_as({8})), Refusal::against_rules);
}

// AV-KEY-12
TEST(TrafficProtection, NoSecondUpdateBeforeAnAcknowledgement) {
  End client(Role::client);
  EXPECT_FALSE(client.keys.update(start)) << "nothing of generation 0 was acknowledged";
  Ends e;
  ASSERT_TRUE(e.client.keys.update(start));
  EXPECT_FALSE(e.client.keys.update(start));
  const Bytes first = e.client.seal();
  ASSERT_TRUE(e.server.open(first));
  ASSERT_TRUE(e.client.open(e.server.seal()));
  EXPECT_FALSE(e.client.keys.update(start)) << "the peer follows, but has acknowledged nothing";
  ASSERT_TRUE(e.client.keys.on_acknowledged({1}, 1));
  EXPECT_FALSE(e.client.keys.update(start)) << "the keys before are still held";
  e.client.keys.expire(start + keep);
  EXPECT_TRUE(e.client.keys.update(start + keep));
}

// AV-KEY-12
TEST(TrafficProtection, APeerThatUpdatesWithoutHearingIsRefused) {
  Ends e;
  ASSERT_TRUE(e.client.keys.update(start));
  ASSERT_TRUE(e.server.open(e.client.seal()));
  End server(Role::server);  // what the client pretends to have heard
  server.seal();
  ASSERT_TRUE(server.keys.on_acknowledged({0}, 0));
  ASSERT_TRUE(server.keys.update(start));
  ASSERT_TRUE(e.client.open(server.seal_as({5})));
  ASSERT_TRUE(e.client.keys.on_acknowledged({1}, 1));
  e.client.keys.expire(start + keep);
  ASSERT_TRUE(e.client.keys.update(start + keep));
  EXPECT_EQ(e.server.refusal(e.client.seal()), Refusal::against_rules);
}

// AV-KEY-15
TEST(TrafficProtection, NewPacketsAreNotAcknowledgedUnderOldKeys) {
  Ends e;
  ASSERT_TRUE(e.client.keys.update(start));
  EXPECT_TRUE(e.client.keys.on_acknowledged({0}, 0)) << "an acknowledgement that was on its way";
  e.client.seal();
  EXPECT_TRUE(e.client.keys.on_acknowledged({0}, 0));
  EXPECT_FALSE(e.client.keys.on_acknowledged({1}, 0));
}

// AV-KEY-6
TEST(TrafficProtection, NothingIsSealedPastTheHardLimit) {
  End client(Role::client, {.packets = 80, .hard = 80});
  Bytes packet(TrafficProtection::payload_at + 32 + wire::tag_size);
  for (std::uint64_t i = 0; i < 80; ++i) {
    EXPECT_EQ(client.keys.nearly_used_up({i}), i >= 70);
    EXPECT_TRUE(client.keys.seal(packet, 32, {7}, {i}, false));
  }
  EXPECT_FALSE(client.keys.seal(packet, 32, {7}, {80}, false));
  EXPECT_FALSE(client.keys.update_due(start)) << "the peer never answered";
}

// AV-KEY-9
TEST(TrafficProtection, AnUpdateIsDueByCountAndByTime) {
  Ends e;
  EXPECT_FALSE(e.client.keys.update_due(start + 120s - 1ns));
  EXPECT_TRUE(e.client.keys.update_due(start + 120s));
  End generous(Role::client, {.packets = std::uint64_t{1} << 40, .hard = std::uint64_t{1} << 40});
  generous.seal();
  ASSERT_TRUE(generous.keys.on_acknowledged({0}, 0));
  Bytes packet(TrafficProtection::payload_at + 1 + wire::tag_size);
  for (std::uint64_t i = 1; i < crypto::key_update_packets; ++i) {
    ASSERT_FALSE(generous.keys.update_due(start));
    ASSERT_TRUE(generous.keys.seal(packet, 1, {7}, {i}, false));
  }
  EXPECT_TRUE(generous.keys.update_due(start)) << "a limit can be lowered only";
}

/// A packet on its way, and what it acknowledges.
struct Flying {
  Bytes packet;
  std::optional<PacketNumber> acknowledges;
};

/// An end of a network that loses nothing but reorders as it likes.
struct Talker : End {
  using End::End;
  std::vector<Flying> way;  // from here
  std::optional<PacketNumber> largest;

  const Bytes& say() {
    way.push_back({seal(), largest});
    return way.back().packet;
  }
  void hear(Talker& from, std::size_t which, Time now) {
    Flying flying = std::move(from.way[which]);
    from.way.erase(from.way.begin() + static_cast<std::ptrdiff_t>(which));
    const auto opened = keys.open(now, keep, flying.packet);
    if (!opened) return RC_ASSERT(opened.error() != Refusal::against_rules);
    largest = largest ? std::max(*largest, opened->number) : opened->number;
    if (flying.acknowledges) {
      RC_ASSERT(keys.on_acknowledged(*flying.acknowledges, opened->generation));
    }
  }
};

// AV-PKT-6, AV-PKT-7, AV-KEY-10
RC_GTEST_PROP(TrafficProtection, NoKeyMeetsANonceTwice, ()) {
  Talker client(Role::client), server(Role::server);
  std::set<Bytes> seen;
  Time now = start;
  const auto steps = *rc::gen::container<std::vector<int>>(rc::gen::inRange(0, 10));
  for (const int step : steps) {
    Talker& one = step % 2 == 0 ? client : server;
    Talker& other = step % 2 == 0 ? server : client;
    if (step < 4) {
      const ByteView stream = keystream(one.say());
      RC_ASSERT(seen.emplace(stream.begin(), stream.end()).second);
    } else if (step < 8) {
      if (other.way.empty()) continue;
      one.hear(other, *rc::gen::inRange<std::size_t>(0, other.way.size()), now);
    } else {
      one.keys.expire(now);
      one.keys.update(now);
    }
    now += 50ms;
  }
  RC_CLASSIFY(client.keys.sending_generation() > 0);
}

}  // namespace
}  // namespace avocet::session
