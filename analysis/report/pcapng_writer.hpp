#pragma once

#include <cstdint>
#include <iosfwd>
#include <span>
#include <string>
#include <string_view>

#include "protocol/base/address.hpp"
#include "protocol/base/bytes.hpp"

namespace avocet::report {

/// Link type of packets from IP on (LINKTYPE_RAW).
inline constexpr std::uint16_t link_raw = 101;

/// A capture in the format of draft-ietf-opsawg-pcapng, with times in nanoseconds.
class PcapngWriter {
 public:
  /// `point` names the interface for a person, `program` what writes, `link` the link type of all
  /// packets (LINKTYPE_ of the format). The stream must outlive the writer.
  PcapngWriter(std::ostream&, std::string_view point, std::string_view program,
               std::uint16_t link = link_raw);

  enum class Direction : std::uint8_t { unknown = 0, inbound = 1, outbound = 2 };
  /// `at` in nanoseconds since 1970.
  void packet(std::int64_t at, ByteView ip, Direction direction) { packet(at, ip, ip.size(), direction, {}); }
  /// One of which the capture may hold only the beginning; `length` is that on the wire. Each comment has at
  /// most 65535 bytes.
  void packet(std::int64_t at, ByteView bytes, std::size_t length, Direction,
              std::span<const std::string> comments);

 private:
  std::ostream& out_;
  Bytes block_;
};

/// A UDP datagram with the IPv4 header before it that it travelled under. The UDP checksum is 0: not made.
Bytes ipv4_udp(const PeerAddress& from, const PeerAddress& to, Ecn, ByteView payload);

}  // namespace avocet::report
