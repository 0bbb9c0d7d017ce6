#pragma once

#include <cstdint>

#include "protocol/base/bytes.hpp"

namespace avocet::capture {

/// What a link layer is called in captures: libpcap's DLT_ numbers, of those that are read here.
enum class Link : int {
  null = 0,         ///< BSD loopback: the address family in the byte order of the machine
  ethernet = 1,     ///< EN10MB
  raw = 12,         ///< from the IP header on
  raw_bsd = 14,     ///< the same by OpenBSD's number
  loop = 108,       ///< OpenBSD loopback: the address family in network byte order
  linux_sll = 113,  ///< "cooked", of `any` and of devices without a link layer
  ipv4 = 228,
  ipv6 = 229,
  linux_sll2 = 276,
};

/// One packet as a capture holds it.
struct Record {
  std::int64_t at = 0;     ///< ns since 1970, as the capture says
  Link link = Link::raw;   ///< may be a number that is not in the list
  ByteView bytes;          ///< as far as captured
  std::size_t length = 0;  ///< on the wire; larger than bytes when the capture was cut (snaplen)
};

}  // namespace avocet::capture
