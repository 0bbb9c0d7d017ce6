#pragma once

#include <cstdint>
#include <iosfwd>
#include <string_view>

#include "protocol/base/address.hpp"
#include "protocol/base/bytes.hpp"

namespace avocet::report {

/// A capture in the format of draft-ietf-opsawg-pcapng, of packets from IP on (LINKTYPE_RAW), with times in
/// nanoseconds.
class PcapngWriter {
 public:
  /// `point` names the interface for a person, `program` what writes. The stream must outlive the writer.
  PcapngWriter(std::ostream&, std::string_view point, std::string_view program);

  enum class Direction : std::uint8_t { unknown = 0, inbound = 1, outbound = 2 };
  /// `at` in nanoseconds since 1970.
  void packet(std::int64_t at, ByteView ip, Direction);

 private:
  std::ostream& out_;
  Bytes block_;
};

/// A UDP datagram with the IPv4 header before it that it travelled under. The UDP checksum is 0: not made.
Bytes ipv4_udp(const PeerAddress& from, const PeerAddress& to, Ecn, ByteView payload);

}  // namespace avocet::report
