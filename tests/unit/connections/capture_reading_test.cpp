#include "analysis/connections/capture_reading.hpp"

#include <gtest/gtest.h>

#include "analysis/report/pcapng_writer.hpp"
#include "protocol/wire/handshake.hpp"
#include "protocol/wire/segments.hpp"

namespace avocet::analysis {
namespace {

constexpr PeerAddress client = PeerAddress::v4(192, 0, 2, 9, 50000),
                      server = PeerAddress::v4(192, 0, 2, 1, 4747);
constexpr ConnectionId to_client{0x0102030405060708}, to_server{0x1112131415161718};

Bytes sealed(ConnectionId to, std::uint32_t number, std::size_t size = 100, bool spin = false,
             bool phase = false) {
  Bytes packet(size, static_cast<std::byte>(number));
  wire::Writer header{ByteSpan(packet).first(wire::sealed_header_size)};
  wire::write_fields(header, wire::SealedHeader{wire::PacketKind::protected_, phase, spin, to, number});
  return packet;
}

/// A capture that tests write packet by packet.
class CaptureReadingTest : public testing::Test {
 protected:
  void packet(Duration at, const PeerAddress& from, const PeerAddress& to, const Bytes& payload,
              Ecn ecn = Ecn::not_ect, std::size_t cut_to = 65535) {
    const Bytes ip = report::ipv4_udp(from, to, ecn, payload);
    reading_.read({.at = at.count(),
                   .link = capture::Link::raw,
                   .bytes = ByteView(ip).first(std::min(cut_to, ip.size())),
                   .length = ip.size()});
  }
  void down(Duration at, std::uint32_t number, Ecn ecn = Ecn::not_ect) {
    packet(at, server, client, sealed(to_client, number), ecn);
  }
  void up(Duration at, std::uint32_t number) { packet(at, client, server, sealed(to_server, number)); }
  const Connection& connection(std::size_t i = 0) { return reading_.connections().all().at(i); }

  CaptureReading reading_;
};

TEST_F(CaptureReadingTest, TiesBothDirectionsTogetherFromTheMiddle) {
  down(0ms, 100), up(5ms, 7), down(10ms, 102, Ecn::ce), down(11ms, 101), down(12ms, 101), up(20ms, 9);
  ASSERT_EQ(reading_.connections().all().size(), 1u);
  EXPECT_EQ(connection().down.numbers.received(), 3u);
  EXPECT_EQ(connection().down.numbers.lost(), 0u);
  EXPECT_EQ(connection().down.numbers.overtaken(), 1u);
  EXPECT_EQ(connection().down.numbers.duplicates(), 1u);
  EXPECT_EQ(connection().up.numbers.lost(), 1u);
  EXPECT_EQ(connection().down.ecn[3], 1u);
  EXPECT_EQ(connection().client_id, to_client);
  EXPECT_EQ(connection().server_id, to_server);
  EXPECT_EQ(connection().client(), client);
  EXPECT_EQ(reading_.flows().size(), 0u);
}

TEST_F(CaptureReadingTest, FollowsAClientThatMovesToAnotherAddressAndId) {
  for (std::uint32_t i = 0; i < 400; ++i) down(i * 10ms, i), up(i * 10ms, i);
  const PeerAddress moved = PeerAddress::v4(198, 51, 100, 3, 61000);
  packet(4s, moved, server, sealed(ConnectionId{0x2122232425262728}, 401));
  packet(4s, server, moved, sealed(ConnectionId{0x3132333435363738}, 400));
  ASSERT_EQ(reading_.connections().all().size(), 1u);
  EXPECT_EQ(connection().up.numbers.lost(), 1u);
  ASSERT_EQ(connection().up.events.size(), 1u);
  EXPECT_EQ(connection().up.events[0].kind, PathEvent::Kind::address);
  EXPECT_EQ(connection().client(), moved);
}

TEST_F(CaptureReadingTest, KeepsTwoConnectionsApart) {
  const PeerAddress second = PeerAddress::v4(192, 0, 2, 77, 50000);
  for (std::uint32_t i = 0; i < 10; ++i) {
    down(i * 1ms, i);
    packet(i * 1ms, server, second, sealed(ConnectionId{99}, 1000 + i));
  }
  ASSERT_EQ(reading_.connections().all().size(), 2u);
  EXPECT_EQ(connection(0).down.numbers.received(), 10u);
  EXPECT_EQ(connection(1).down.numbers.received(), 10u);
  EXPECT_EQ(connection(1).down.numbers.lost(), 0u);
}

TEST_F(CaptureReadingTest, CutsSuperPacketsIntoDatagrams) {
  Bytes run;
  for (std::uint32_t i = 0; i < 40; ++i) {
    const Bytes one = sealed(to_client, 50 + i, i == 39 ? 77 : 300, i > 20);
    run.insert(run.end(), one.begin(), one.end());
  }
  EXPECT_EQ(wire::segment_size(run), 300u);
  EXPECT_EQ(wire::segment_size(sealed(to_client, 1, 1200)), 1200u);
  // A capture may have only the beginning of a run; only then need the last of it not be whole.
  EXPECT_EQ(wire::segment_size(ByteView(run).first(610), true), 300u);
  EXPECT_EQ(wire::segment_size(ByteView(run).first(610)), 610u);
  // Receivers join what came, with what was lost and overtaken in between.
  Bytes received;
  for (const std::uint32_t number : {7u, 9u, 8u, 40u}) {
    const Bytes one = sealed(to_client, number, 300);
    received.insert(received.end(), one.begin(), one.end());
  }
  EXPECT_EQ(wire::segment_size(received), 300u);
  packet(0ms, server, client, run);
  EXPECT_EQ(reading_.super_packets(), 1u);
  EXPECT_EQ(connection().down.numbers.received(), 40u);
  EXPECT_EQ(connection().down.packets, 40u);
  EXPECT_EQ(connection().down.payload_bytes, run.size());
}

TEST_F(CaptureReadingTest, MeasuresWhatSnaplenHasCut) {
  packet(0ms, server, client, sealed(to_client, 1, 1200), Ecn::not_ect, 80);
  packet(1ms, server, client, sealed(to_client, 3, 1200), Ecn::not_ect, 80);
  EXPECT_EQ(connection().down.payload_bytes, 2400u);
  EXPECT_EQ(connection().down.numbers.lost(), 1u);
  EXPECT_EQ(reading_.cut_datagrams(), 2u);
}

TEST_F(CaptureReadingTest, CountsOtherTrafficByFlow) {
  packet(0ms, server, client, from_hex("8000"));
  packet(0ms, PeerAddress::v4(10, 0, 0, 1, 443), client, from_hex("c0ffee"));
  packet(1ms, client, PeerAddress::v4(10, 0, 0, 1, 443), from_hex("c0ffee"));
  packet(1ms, PeerAddress::v4(10, 0, 0, 1, 1), PeerAddress::v4(10, 0, 0, 2, 2), sealed(to_client, 1));
  EXPECT_EQ(reading_.flows().size(), 3u);
  EXPECT_EQ(reading_.flows().by_bytes().front()->name, "UDP");
  EXPECT_TRUE(reading_.connections().all().empty());
}

TEST_F(CaptureReadingTest, MeasuresRoundTripsByTheSpinBitAndSeesKeyUpdates) {
  for (std::uint32_t i = 0; i < 40; ++i) {
    packet(i * 10ms, server, client, sealed(to_client, i, 100, i / 5 % 2 == 1, i >= 30));
  }
  EXPECT_EQ(connection().down.spin_round_trips.count(), 6u);
  EXPECT_EQ(connection().down.spin_round_trips.at(0.5), 50ms);
  EXPECT_EQ(connection().down.key_updates, 1u);
}

TEST_F(CaptureReadingTest, HoldsABoundedNumberOfConnections) {
  for (std::uint32_t i = 0; i < 11'000; ++i) {
    const auto part = [i](unsigned shift) { return static_cast<std::uint8_t>(i >> shift); };
    packet(0ms, PeerAddress::v4(10, 0, part(8), part(0), 9), server, sealed(ConnectionId{i + 1}, i * 70'000));
  }
  EXPECT_EQ(reading_.connections().all().size(), ConnectionTable::most);
  EXPECT_EQ(reading_.connections().turned_away(), 1000u);
}

/// What the keys do not open, where they open the rest, was damaged or forged: its number means nothing.
TEST(ConnectionTable, DoesNotCountByPacketsThatNoEndHasSealed) {
  ConnectionTable table;
  const auto see = [&](std::uint64_t number, bool opened, bool cut = false) {
    Sighting seen{.at = Time(1s), .from = server, .to = client, .size = 100, .ip_size = 128, .cut = cut};
    const Packet packet{.id = to_client, .number = PacketNumber{number}, .opened = opened};
    return table.add(seen, packet).seen.kind;
  };
  see(90'000, false);  // before anything else was opened
  see(5, true);
  EXPECT_EQ(see(500'000, false), NumberTrack::Kind::stray);
  EXPECT_EQ(see(6, false, true), NumberTrack::Kind::newest);  // only too short to be opened
  const Direction& down = table.all().front().down;
  EXPECT_EQ(down.closed, 2u);
  EXPECT_EQ(down.packets, 4u);
  EXPECT_EQ(down.numbers.lost(), 0u);
}

}  // namespace
}  // namespace avocet::analysis
