#include "analysis/flows/flow_name.hpp"

#include <gtest/gtest.h>

#include "analysis/flows/flow_table.hpp"

namespace avocet::analysis {
namespace {

constexpr PeerAddress viewer = PeerAddress::v4(192, 0, 2, 9, 50000);

/// A TCP segment to some port with that in it.
capture::NetworkPacket segment(std::uint16_t port, ByteView payload) {
  capture::NetworkPacket packet{.from = viewer, .to = PeerAddress::v4(192, 0, 2, 1, port)};
  packet.protocol = capture::protocol_tcp;
  packet.payload = payload;
  packet.payload_size = payload.size();
  packet.ip_size = payload.size() + 40;
  return packet;
}

TEST(FlowName, IsByPortUnlessMoreIsSeen) {
  EXPECT_EQ(flow_name(segment(443, {}), false), "HTTPS");
  EXPECT_EQ(flow_name(segment(1935, {}), false), "RTMP");
  EXPECT_EQ(flow_name(segment(40'000, {}), false), "TCP");
  EXPECT_EQ(flow_name(segment(443, {}), true), "");
}

TEST(FlowName, KnowsHlsByWhatIsAskedFor) {
  EXPECT_EQ(flow_name(segment(80, as_bytes("GET /live/master.m3u8 HTTP/1.1\r\n")), true), "HLS");
  EXPECT_EQ(
      flow_name(segment(8080, as_bytes("HTTP/1.1 200 OK\r\nContent-Type: application/vnd.apple.mpegurl\r\n")),
                true),
      "HLS");
  EXPECT_EQ(flow_name(segment(80, as_bytes("GET /index.html HTTP/1.1\r\n")), false), "HTTP");
}

TEST(FlowName, KnowsRtmpByItsHandshakeOnAnyPort) {
  Bytes handshake(1448, std::byte{0x5a});
  handshake[0] = std::byte{3};
  for (std::size_t i = 5; i < 9; ++i) handshake[i] = std::byte{0};
  EXPECT_EQ(flow_name(segment(19'350, handshake), true), "RTMP");
  handshake[7] = std::byte{1};
  EXPECT_EQ(flow_name(segment(19'350, handshake), true), "");
}

TEST(FlowTable, NamesAFlowByItsFirstPacketsAndCountsBothDirections) {
  FlowTable flows;
  flows.add(Time(0s), segment(80, {}));
  flows.add(Time(1s), segment(80, as_bytes("GET /live/master.m3u8 HTTP/1.1\r\n")));
  capture::NetworkPacket back = segment(80, as_bytes("#EXTM3U"));
  std::swap(back.from, back.to);
  flows.add(Time(2s), back);
  ASSERT_EQ(flows.size(), 1u);
  const Flow& flow = *flows.by_bytes().front();
  EXPECT_EQ(flow.name, "HLS");
  EXPECT_EQ(flow.packets, 3u);
  EXPECT_EQ(flow.bytes - flow.bytes_from_one, 47u);
}

}  // namespace
}  // namespace avocet::analysis
