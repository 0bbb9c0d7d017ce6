#include "analysis/capture/packet_decoder.hpp"

#include <algorithm>

#include "analysis/capture/link_layer.hpp"

namespace avocet::capture {
namespace {

std::uint16_t u16(ByteView bytes, std::size_t at) {
  return static_cast<std::uint16_t>(std::to_integer<unsigned>(bytes[at]) << 8 |
                                    std::to_integer<unsigned>(bytes[at + 1]));
}

/// Takes a header of `header` bytes off a payload of `size` on the wire, header included.
void advance(NetworkPacket& packet, std::size_t header, std::size_t size) {
  packet.payload_size = size - header;
  packet.payload = packet.payload.subspan(std::min(header, packet.payload.size()));
  packet.payload = packet.payload.first(std::min(packet.payload.size(), packet.payload_size));
}

}  // namespace

std::optional<NetworkPacket> PacketDecoder::decode(const Record& record) {
  ++counters_.records;
  counters_.bytes += record.length;
  counters_.cut += record.bytes.size() < record.length;
  const auto bytes = ip_of(record);
  if (!bytes) return ++(known(record.link) ? counters_.not_ip : counters_.unknown_link), std::nullopt;
  const std::size_t link_header = record.bytes.size() - bytes->size();
  const auto ip = parse_ip(*bytes, std::max(record.length, record.bytes.size()) - link_header);
  if (!ip) return ++counters_.malformed, std::nullopt;
  std::optional<NetworkPacket> packet;
  if (ip->fragment) {
    ++counters_.fragments;
    packet = fragments_.add(*ip);
    if (!packet) return std::nullopt;
  } else {
    packet = ip->packet;
  }
  packet->at = record.at;
  return with_ports(*packet);
}

std::optional<NetworkPacket> PacketDecoder::with_ports(NetworkPacket packet) {
  constexpr std::size_t udp_header = 8, smallest_tcp_header = 20;
  const std::size_t header = packet.protocol == protocol_udp   ? udp_header
                             : packet.protocol == protocol_tcp ? smallest_tcp_header
                                                               : 0;
  if (header == 0) return packet;
  if (packet.payload.size() < header) return ++counters_.malformed, std::nullopt;
  packet.from.port = u16(packet.payload, 0);
  packet.to.port = u16(packet.payload, 2);
  if (packet.protocol == protocol_udp) {
    // 0 in what is larger than 64 KB (RFC 2675), by segmentation offload too.
    const std::size_t said = u16(packet.payload, 4);
    const std::size_t size = said == 0 ? packet.payload_size : said;
    if (size < header || size > packet.payload_size) return ++counters_.malformed, std::nullopt;
    advance(packet, header, size);
  } else {
    const std::size_t size = (std::to_integer<std::size_t>(packet.payload[12]) >> 4) * 4;
    if (size < header || size > packet.payload_size) return ++counters_.malformed, std::nullopt;
    advance(packet, size, packet.payload_size);
  }
  return packet;
}

}  // namespace avocet::capture
