#include "analysis/flows/flow_name.hpp"

#include <array>
#include <string_view>

namespace avocet::analysis {
namespace {

struct Port {
  std::uint8_t protocol;
  std::uint16_t port;
  std::string_view name;
};

constexpr std::uint8_t tcp = capture::protocol_tcp, udp = capture::protocol_udp;
constexpr std::array<Port, 12> ports{{{tcp, 1935, "RTMP"},
                                      {tcp, 80, "HTTP"},
                                      {tcp, 443, "HTTPS"},
                                      {tcp, 554, "RTSP"},
                                      {tcp, 22, "SSH"},
                                      {tcp, 53, "DNS"},
                                      {udp, 53, "DNS"},
                                      {udp, 123, "NTP"},
                                      {udp, 443, "QUIC"},
                                      {udp, 3478, "STUN/TURN"},
                                      {udp, 5353, "mDNS"},
                                      {udp, 67, "DHCP"}}};

/// Playlists and segments of HTTP Live Streaming (RFC 8216) are asked for by name.
bool asks_for_hls(std::string_view text) {
  if (!text.starts_with("GET ") && !text.starts_with("HTTP/1.1 200")) return false;
  return text.find(".m3u8") != text.npos || text.find("mpegurl") != text.npos ||
         text.find("mpegURL") != text.npos;
}

/// C0 and C1 of the RTMP handshake: version 3, and 1536 bytes of which four are zero.
bool begins_rtmp(ByteView bytes) {
  constexpr std::size_t handshake = 1 + 1536;
  return bytes.size() >= 9 && bytes.size() <= handshake && bytes[0] == std::byte{3} &&
         bytes[5] == std::byte{0} && bytes[6] == std::byte{0} && bytes[7] == std::byte{0} &&
         bytes[8] == std::byte{0};
}

std::string by_port(const capture::NetworkPacket& packet) {
  for (const Port& known : ports) {
    const bool fits = packet.from.port == known.port || packet.to.port == known.port;
    if (packet.protocol == known.protocol && fits) return std::string(known.name);
  }
  switch (packet.protocol) {
    case tcp: return "TCP";
    case udp: return "UDP";
    case 1: return "ICMP";
    case 58: return "ICMPv6";
    default: return "IP protocol " + std::to_string(packet.protocol);
  }
}

}  // namespace

std::string flow_name(const capture::NetworkPacket& packet, bool named) {
  if (packet.protocol == tcp && asks_for_hls(as_text(packet.payload))) return "HLS";
  if (packet.protocol == tcp && begins_rtmp(packet.payload)) return "RTMP";
  return named ? std::string() : by_port(packet);
}

}  // namespace avocet::analysis
