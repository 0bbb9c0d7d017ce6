#pragma once

#include <optional>

#include "analysis/capture/ip_fragments.hpp"
#include "analysis/capture/record.hpp"

namespace avocet::capture {

struct DecoderCounters {
  std::uint64_t records = 0, bytes = 0;  ///< all that the capture holds; bytes as on the wire
  std::uint64_t cut = 0;                 ///< records that the capture has shortened (snaplen)
  std::uint64_t unknown_link = 0;        ///< of link types that are not read
  std::uint64_t not_ip = 0;
  std::uint64_t malformed = 0;  ///< IP or UDP headers that make no sense, or are cut
  std::uint64_t fragments = 0;  ///< parts of larger IP packets
};

/// From what a capture holds to packets with addresses and ports, whatever the bytes are.
class PacketDecoder {
 public:
  /// Nothing when there is no packet (yet): counters() tell why. The payload is good as long as the record's
  /// bytes, and until the next call.
  std::optional<NetworkPacket> decode(const Record&);

  const DecoderCounters& counters() const { return counters_; }

 private:
  std::optional<NetworkPacket> with_ports(NetworkPacket);

  IpFragments fragments_;
  DecoderCounters counters_;
};

}  // namespace avocet::capture
