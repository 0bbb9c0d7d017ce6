#pragma once

#include <cstddef>

#include "protocol/base/bytes.hpp"

namespace avocet::wire {

/// How large the datagrams are that a packet of a capture is made of. Segmentation offload gives captures
/// runs of equal-sized datagrams as one, the last of which may be shorter, before they are cut (GSO) or after
/// they are joined (GRO), and no capture format says where the borders are. Each datagram of a run begins
/// with a header of the same connection id and a number close to the one before it: that is searched for.
/// `payload.size()` when it is a single one. `cut`: the capture has only the beginning of it.
std::size_t segment_size(ByteView payload, bool cut = false);

}  // namespace avocet::wire
