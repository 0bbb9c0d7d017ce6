#pragma once

#include <optional>

#include "analysis/capture/network_packet.hpp"

namespace avocet::capture {

/// Which part of a larger IP packet this one is.
struct FragmentOf {
  std::uint32_t id = 0;
  std::size_t offset = 0;  ///< bytes of the payload before it
  bool more = false;       ///< others follow
};

/// An IP packet without a look at what it carries: ports are zero, `payload` is IP's.
struct IpPacket {
  NetworkPacket packet;
  std::optional<FragmentOf> fragment;
};

/// RFC 791 and RFC 8200, extension headers passed over. `length` is what was on the wire from the IP header
/// on; it counts where the header says 0, as it does for what segmentation offload leaves larger than 64 KB.
/// Nothing when it is no IP packet, or is cut inside its header.
std::optional<IpPacket> parse_ip(ByteView bytes, std::size_t length);

}  // namespace avocet::capture
