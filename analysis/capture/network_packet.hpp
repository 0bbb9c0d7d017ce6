#pragma once

#include <cstdint>

#include "protocol/base/address.hpp"
#include "protocol/base/bytes.hpp"

namespace avocet::capture {

/// Numbers of the IP header's protocol field (IANA).
inline constexpr std::uint8_t protocol_tcp = 6, protocol_udp = 17;

/// A packet from its IP header on, with the ports if it has any.
struct NetworkPacket {
  std::int64_t at = 0;  ///< ns since 1970
  PeerAddress from, to;
  std::uint8_t protocol = 0;
  std::uint8_t hops = 0;  ///< left: TTL, hop limit
  Ecn ecn = Ecn::not_ect;
  ByteView payload;              ///< of UDP or TCP, else of IP; as far as captured
  std::size_t payload_size = 0;  ///< on the wire
  std::size_t ip_size = 0;       ///< of the whole IP packet on the wire
  bool cut() const { return payload.size() < payload_size; }
};

}  // namespace avocet::capture
