#include "analysis/capture/link_layer.hpp"

namespace avocet::capture {
namespace {

/// EtherType (IEEE 802 numbers, IANA).
constexpr std::uint16_t ipv4 = 0x0800, ipv6 = 0x86dd, vlan = 0x8100, service_vlan = 0x88a8, old_vlan = 0x9100,
                        pppoe_session = 0x8864;

std::uint16_t u16(ByteView bytes, std::size_t at) {
  return static_cast<std::uint16_t>(std::to_integer<unsigned>(bytes[at]) << 8 |
                                    std::to_integer<unsigned>(bytes[at + 1]));
}

/// Tags nest: a provider's round a customer's. More than four are somebody's mistake.
std::optional<ByteView> after_type(std::uint16_t type, ByteView rest) {
  for (int tags = 0; tags < 4 && (type == vlan || type == service_vlan || type == old_vlan); ++tags) {
    if (rest.size() < 4) return std::nullopt;
    type = u16(rest, 2);
    rest = rest.subspan(4);
  }
  if (type == pppoe_session) {  // RFC 2516: six bytes, then PPP's protocol number
    constexpr std::size_t header = 8;
    if (rest.size() < header) return std::nullopt;
    const std::uint16_t ppp = u16(rest, 6);
    if (ppp != 0x0021 && ppp != 0x0057) return std::nullopt;
    return rest.subspan(header);
  }
  return type == ipv4 || type == ipv6 ? std::optional(rest) : std::nullopt;
}

/// A header of `header` bytes with the EtherType at `type_at`.
std::optional<ByteView> typed(ByteView bytes, std::size_t type_at, std::size_t header) {
  if (bytes.size() < header) return std::nullopt;
  return after_type(u16(bytes, type_at), bytes.subspan(header));
}

/// Four bytes of address family, which differ between systems; the IP version that follows does not.
std::optional<ByteView> after_family(ByteView bytes) {
  constexpr std::size_t family = 4;
  return bytes.size() > family ? std::optional(bytes.subspan(family)) : std::nullopt;
}

}  // namespace

bool known(Link link) {
  switch (link) {
    case Link::null:
    case Link::ethernet:
    case Link::raw:
    case Link::raw_bsd:
    case Link::loop:
    case Link::linux_sll:
    case Link::ipv4:
    case Link::ipv6:
    case Link::linux_sll2: return true;
  }
  return false;
}

std::optional<ByteView> ip_of(const Record& record) {
  const ByteView bytes = record.bytes;
  switch (record.link) {
    case Link::ethernet: return typed(bytes, 12, 14);
    case Link::linux_sll: return typed(bytes, 14, 16);
    case Link::linux_sll2: return typed(bytes, 0, 20);
    case Link::null:
    case Link::loop: return after_family(bytes);
    case Link::raw:
    case Link::raw_bsd:
    case Link::ipv4:
    case Link::ipv6: return bytes;
  }
  return std::nullopt;
}

}  // namespace avocet::capture
