#pragma once

#include "protocol/base/bytes.hpp"

/// Captures on the sending machine, or behind a receiver that gathers, hold runs of packets as one large
/// datagram (UDP_SEGMENT, UDP_GRO): equal in size but for the last, which may be shorter.
namespace avocet::dissector {

/// Bytes of each packet of a run; the size of the whole when it is one packet. A run is known by its second
/// header: the same connection id, and one of the next packet
/// numbers.
std::size_t segment_size(ByteView datagram);

}  // namespace avocet::dissector
