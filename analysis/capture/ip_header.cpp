#include "analysis/capture/ip_header.hpp"

#include <algorithm>

namespace avocet::capture {
namespace {

unsigned u8(ByteView bytes, std::size_t at) { return std::to_integer<unsigned>(bytes[at]); }
unsigned u16(ByteView bytes, std::size_t at) { return u8(bytes, at) << 8 | u8(bytes, at + 1); }

PeerAddress address_v4(ByteView bytes, std::size_t at) {
  const auto part = [&](std::size_t i) { return static_cast<std::uint8_t>(u8(bytes, at + i)); };
  return PeerAddress::v4(part(0), part(1), part(2), part(3), 0);
}

PeerAddress address_v6(ByteView bytes, std::size_t at) {
  PeerAddress out;
  for (std::size_t i = 0; i < out.ip.size(); ++i) out.ip[i] = static_cast<std::uint8_t>(u8(bytes, at + i));
  return out;
}

/// Takes `size` bytes of header off: what is left, as captured and as on the wire.
void set_payload(IpPacket& ip, ByteView bytes, std::size_t header) {
  ip.packet.payload_size = ip.packet.ip_size - header;
  ip.packet.payload = bytes.subspan(header, std::min(bytes.size() - header, ip.packet.payload_size));
}

std::optional<IpPacket> parse_v4(ByteView bytes, std::size_t length) {
  constexpr std::size_t smallest = 20;
  if (bytes.size() < smallest) return std::nullopt;
  const std::size_t header = (u8(bytes, 0) & 15) * std::size_t{4};
  const std::size_t said = u16(bytes, 2);
  const std::size_t size = said == 0 ? length : said;
  if (header < smallest || header > bytes.size() || header > size || size > length) return std::nullopt;
  IpPacket ip;
  ip.packet = {.from = address_v4(bytes, 12),
               .to = address_v4(bytes, 16),
               .protocol = static_cast<std::uint8_t>(u8(bytes, 9)),
               .hops = static_cast<std::uint8_t>(u8(bytes, 8)),
               .ecn = static_cast<Ecn>(u8(bytes, 1) & 3),
               .ip_size = size};
  set_payload(ip, bytes, header);
  const unsigned flags = u16(bytes, 6);
  constexpr unsigned more = 0x2000, offset = 0x1fff;
  if ((flags & (more | offset)) != 0) {
    ip.fragment = FragmentOf{u16(bytes, 4), (flags & offset) * std::size_t{8}, (flags & more) != 0};
  }
  return ip;
}

std::optional<IpPacket> parse_v6(ByteView bytes, std::size_t length) {
  constexpr std::size_t fixed = 40, most_extensions = 8;
  constexpr unsigned hop_by_hop = 0, routing = 43, fragment = 44, authentication = 51, destination = 60;
  if (bytes.size() < fixed) return std::nullopt;
  const std::size_t said = u16(bytes, 4);
  IpPacket ip;
  ip.packet = {.from = address_v6(bytes, 8),
               .to = address_v6(bytes, 24),
               .hops = static_cast<std::uint8_t>(u8(bytes, 7)),
               .ecn = static_cast<Ecn>(u16(bytes, 0) >> 4 & 3),
               .ip_size = said == 0 ? length : fixed + said};
  if (ip.packet.ip_size > length || length < fixed) return std::nullopt;
  unsigned next = u8(bytes, 6);
  std::size_t header = fixed;
  for (std::size_t i = 0; i < most_extensions; ++i) {
    const bool known = next == hop_by_hop || next == routing || next == fragment || next == authentication ||
                       next == destination;
    if (!known) break;
    if (bytes.size() < header + 8) return std::nullopt;
    std::size_t size = next == fragment ? 8 : (u8(bytes, header + 1) + std::size_t{1}) * 8;
    if (next == authentication) size = (u8(bytes, header + 1) + std::size_t{2}) * 4;
    if (next == fragment) {
      const unsigned flags = u16(bytes, header + 2);
      const std::uint32_t id = u16(bytes, header + 4) << 16 | u16(bytes, header + 6);
      if ((flags & ~6u) != 0) ip.fragment = FragmentOf{id, flags & ~7u, (flags & 1) != 0};
    }
    next = u8(bytes, header);
    header += size;
    if (header > bytes.size() || header > ip.packet.ip_size) return std::nullopt;
    if (ip.fragment && ip.fragment->offset > 0) break;  // the rest belongs to the first fragment's headers
  }
  ip.packet.protocol = static_cast<std::uint8_t>(next);
  set_payload(ip, bytes, header);
  return ip;
}

}  // namespace

std::optional<IpPacket> parse_ip(ByteView bytes, std::size_t length) {
  if (bytes.empty()) return std::nullopt;
  switch (u8(bytes, 0) >> 4) {
    case 4: return parse_v4(bytes, length);
    case 6: return parse_v6(bytes, length);
    default: return std::nullopt;
  }
}

}  // namespace avocet::capture
