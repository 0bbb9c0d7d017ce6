#include <gtest/gtest.h>

#include "tests/support/attacker.hpp"

/// Frames that are well formed and mean ill, from a peer that has completed the handshake.
namespace avocet::test {
namespace {

using wire::CloseCode;

/// What it closes with when it is told these frames; nothing when it stays open.
template <wire::Declared... Frame>
std::optional<CloseCode> told(const Frame&... frames) {
  Victim victim;
  victim.say(frames...);
  return victim.verdict();
}
std::optional<CloseCode> told_raw(ByteView frames) {
  Victim victim;
  victim.say_raw(frames);
  return victim.verdict();
}

// AV-ACK-13
TEST(HostileFrames, AcknowledgementsOfPacketsNeverSentEndIt) {
  Victim young;
  for (const std::uint64_t ahead : {std::uint64_t{0}, std::uint64_t{1}, std::uint64_t{1} << 32}) {
    EXPECT_EQ(told(wire::Ack{.largest = {young.expected.value + ahead}}), CloseCode::protocol_violation);
  }
  EXPECT_EQ(told(wire::Ack{.largest = {wire::largest_packet_number}}), CloseCode::protocol_violation);
  EXPECT_EQ(
      told(wire::Ack{.largest = {wire::largest_packet_number}, .first_run = wire::largest_packet_number}),
      CloseCode::protocol_violation);
}

// AV-ACK-3
TEST(HostileFrames, AcknowledgementsBelowPacketZeroDoNotDecode) {
  constexpr std::uint64_t most = wire::max_varint;
  EXPECT_EQ(told(wire::Ack{.largest = {0}, .first_run = 1}), CloseCode::frame_encoding);
  EXPECT_EQ(told(wire::Ack{.largest = {5}, .ranges = {{.gap = most, .length = 0}}}),
            CloseCode::frame_encoding);
  EXPECT_EQ(told(wire::Ack{.largest = {5}, .ranges = {{.gap = 0, .length = most}}}),
            CloseCode::frame_encoding);
  EXPECT_EQ(told(wire::Ack{.largest = {5}, .ranges = {{.gap = most, .length = most}}}),
            CloseCode::frame_encoding);
  EXPECT_EQ(told(wire::Ack{.largest = {5}, .arrivals = {{.gap = 0xffff'ffff}}}), CloseCode::frame_encoding);
}

/// Times of any size, and marks of more packets than there are, must not break the sums made of them.
TEST(HostileFrames, AcknowledgementsWithAbsurdTimesAndMarksAreSurvived) {
  Victim victim;
  for (int i = 0; i < 50; ++i) {
    victim.session.write(victim.now, {0}, Bytes(2000));
    victim.drain();
    wire::Ack ack{.largest = {victim.expected.value - 1},
                  .received_at = std::chrono::microseconds(i % 2 == 0 ? 1ll << 53 : 0),
                  .delay = std::chrono::microseconds(i % 3 == 0 ? 1ll << 53 : 0),
                  .ecn = wire::EcnCounts{wire::max_varint, wire::max_varint, wire::max_varint}};
    if (ack.largest.value > 0) {
      ack.arrivals.push_back({.gap = 0, .earlier = i % 2 == 0 ? -(1ll << 60) : (1ll << 60)});
    }
    victim.say(ack);
    victim.wait(20ms);
    ASSERT_FALSE(victim.closed) << i;
  }
  EXPECT_GE(victim.session.stats().smoothed_rtt, Duration::zero());
  EXPECT_LE(victim.session.stats().smoothed_rtt, 10s);
}

// AV-STR-2, AV-STR-3
TEST(HostileFrames, StreamIdsMayNotJumpPastTheLimit) {
  const auto on = [](std::uint64_t id) { return wire::Stream{.id = {id}, .data = as_bytes("x")}; };
  EXPECT_EQ(told(on(2 * 64)), std::nullopt) << "the last that is allowed, and all below it";
  EXPECT_EQ(told(on(2 * 65)), CloseCode::stream_limit);
  EXPECT_EQ(told(on(wire::max_varint - 1)), CloseCode::stream_limit);
  EXPECT_EQ(told(on(1)), CloseCode::protocol_violation) << "the server's own, which it has not opened";
  EXPECT_EQ(told(on(wire::max_varint)), CloseCode::protocol_violation);
  EXPECT_EQ(told(wire::ResetStream{.id = {2 * 65}}), CloseCode::stream_limit);
  EXPECT_EQ(told(wire::MaxStreamData{.id = {2 * 65}, .limit = 1}), CloseCode::stream_limit);
}

// AV-FLOW-2, AV-STR-5
TEST(HostileFrames, OffsetsAndSizesMayNotPassTheirLimits) {
  EXPECT_EQ(told(wire::Stream{.id = {0}, .offset = wire::max_varint, .data = as_bytes("x")}),
            CloseCode::flow_control);
  EXPECT_EQ(told(wire::ResetStream{.id = {0}, .final_size = wire::max_varint}), CloseCode::flow_control);
  EXPECT_EQ(told(wire::Stream{.id = {0}, .offset = 9, .fin = true, .data = as_bytes("x")},
                 wire::Stream{.id = {0}, .offset = 10, .data = as_bytes("y")}),
            CloseCode::final_size);
  EXPECT_EQ(told(wire::MaxData{wire::max_varint}, wire::MaxStreams{wire::max_varint},
                 wire::MaxStreamData{{0}, wire::max_varint}),
            std::nullopt)
      << "generosity is no crime";
}

// AV-PKT-13, AV-PKT-16
TEST(HostileFrames, WhatDoesNotBelongOrDoesNotDecodeEndsIt) {
  EXPECT_EQ(told(wire::Done{}), CloseCode::protocol_violation);
  EXPECT_EQ(told(wire::HandshakeData{0, as_bytes("x")}), CloseCode::protocol_violation);
  EXPECT_EQ(told_raw(from_hex("3f")), CloseCode::frame_encoding) << "a type that nobody knows";
  EXPECT_EQ(told_raw(from_hex("7fff")), CloseCode::frame_encoding);
  EXPECT_EQ(told_raw(from_hex("09 01 00 00 44ff 61")), CloseCode::frame_encoding)
      << "a block longer than what is left";
  EXPECT_EQ(told_raw(from_hex("09 01 00 00 ffffffffffffffff 61")), CloseCode::frame_encoding);
  EXPECT_EQ(told_raw(from_hex("4001")), CloseCode::frame_encoding) << "a type in a longer form than need be";
}

// AV-MIG-6
TEST(HostileFrames, ChallengesAreAnsweredWithLessThanTheyCost) {
  Victim victim;
  std::uint64_t brought = 0;
  const auto before = victim.bytes;
  for (int i = 0; i < 500; ++i) {
    Bytes frames;
    for (int n = 0; n < 120; ++n) {
      const Bytes one = frames_of(wire::PathChallenge{});
      frames.insert(frames.end(), one.begin(), one.end());
    }
    brought += frames.size() + wire::sealed_overhead;
    victim.say_raw(frames);
  }
  victim.wait(1s);
  EXPECT_FALSE(victim.closed);
  EXPECT_LT(victim.bytes - before, brought / 4);
  std::printf("60000 challenges in %llu bytes were answered by %llu bytes\n",
              static_cast<unsigned long long>(brought),
              static_cast<unsigned long long>(victim.bytes - before));
}

// AV-CID-4
TEST(HostileFrames, FloodsOfConnectionIdsEndIt) {
  Victim giver;
  for (std::uint64_t n = 1; n < 100 && !giver.closed && !giver.said_close; ++n) {
    giver.say(wire::NewId{.sequence = n, .id = {1000 + n}});
  }
  EXPECT_EQ(giver.verdict(), CloseCode::protocol_violation);
  Victim renewer;
  std::uint64_t rounds = 1;
  for (; rounds < 100'000 && !renewer.closed && !renewer.said_close; ++rounds) {
    renewer.say(wire::NewId{.sequence = rounds, .retire_before = rounds, .id = {1000 + rounds}});
  }
  // It has to say as many RETIRE_ID as it was told to, so either it ends, or each is paid for by a packet.
  EXPECT_TRUE(renewer.closed || renewer.said_close ||
              renewer.datagrams <= renewer.session.stats().packets_received + 10);
  EXPECT_EQ(told(wire::RetireId{77}), CloseCode::protocol_violation) << "never given";
}

/// A hundred thousand fragments of one byte, each with a gap before it.
// AV-MED-9
TEST(HostileFrames, TinyGappedFragmentsStayWithinTheBound) {
  session::Config config;
  config.max_media_pending = 256 << 10;
  Victim victim(Victim::Setup{.config = config});
  std::size_t most = 0;
  for (std::uint64_t i = 0; i < 2000; ++i) {
    Bytes frames;
    for (std::uint64_t n = 0; n < 50; ++n) {
      const Bytes one = frames_of(wire::Media{.track = {static_cast<std::uint32_t>(n % 40)},
                                              .fragment = {3 * (i * 50 + n) + 7},
                                              .index = static_cast<std::uint16_t>(n % 5),
                                              .data = as_bytes("x")});
      frames.insert(frames.end(), one.begin(), one.end());
    }
    victim.say_raw(frames);
    most = std::max(most, victim.session.stats().reassembly_bytes_held);
  }
  EXPECT_FALSE(victim.closed);
  EXPECT_LE(most, config.max_media_pending);
  EXPECT_EQ(victim.count<session::FrameReceived>(), 0u);
  std::printf("100000 gapped fragments of one byte held %zu bytes at most\n", most);
}

// AV-MED-3, AV-MED-6, AV-MED-8
TEST(HostileFrames, FragmentsAtTheEndOfTheNumbersAreHarmless) {
  Victim victim;
  const auto head = [](std::uint16_t fragments, std::uint32_t size, std::int64_t extreme) {
    return wire::encode(wire::FrameHead{.fragments = fragments,
                                        .size = size,
                                        .pts = extreme,
                                        .reorder = 0xffff'ffff,
                                        .duration = 0xffff'ffff,
                                        .capture = extreme});
  };
  for (const std::uint64_t at : {std::uint64_t{0}, wire::max_varint - 16383, wire::max_varint}) {
    for (const std::int64_t extreme : {std::numeric_limits<std::int64_t>::min(),
                                       std::numeric_limits<std::int64_t>::max(), std::int64_t{0}}) {
      const TrackId track{static_cast<std::uint32_t>(at % 31 + static_cast<std::uint64_t>(extreme) % 7)};
      Bytes whole = head(1, 1, extreme);
      whole.push_back(std::byte{1});
      victim.say(wire::Media{.track = track, .fragment = {at}, .data = whole});
      victim.say(wire::Media{.track = track, .fragment = {at}, .index = 0, .data = head(16384, 8 << 20, 0)});
      victim.say(
          wire::Media{.track = track, .fragment = {wire::max_varint}, .index = 16383, .data = as_bytes("x")});
      victim.say(wire::Parity{.track = track, .first = {at}, .count = 254, .row = 0, .data = Bytes(900)});
      victim.wait(30ms);
      ASSERT_FALSE(victim.verdict()) << at << ' ' << extreme;
    }
  }
  EXPECT_GT(victim.count<session::FrameReceived>(), 0u);
}

/// Heads that contradict each other, frames of no track, frames for a track that is closed.
// AV-MED-7, AV-MED-8
TEST(HostileFrames, ContradictionsCostTheFrameOnly) {
  Victim victim;
  victim.session.ignore_track({9});
  for (std::uint16_t n = 1; n < 400; ++n) {
    const Bytes head = wire::encode(wire::FrameHead{.fragments = n, .size = 100u * n});
    victim.say(wire::Media{.track = {1}, .fragment = {5}, .data = head});
    victim.say(wire::Media{.track = {1}, .fragment = {5u + n}, .index = n, .data = as_bytes("beyond")});
    victim.say(wire::Media{.track = {9}, .fragment = {n}, .data = as_bytes("closed")});
    victim.say(wire::Media{.track = {1000u + n}, .fragment = {n}, .data = as_bytes("no such track")});
  }
  EXPECT_FALSE(victim.verdict());
  EXPECT_EQ(victim.count<session::FrameReceived>(), 0u);
  EXPECT_LE(victim.session.stats().reassembly_bytes_held, 200u << 10);
}

}  // namespace
}  // namespace avocet::test
