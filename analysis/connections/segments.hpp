#pragma once

#include <cstddef>

#include "protocol/base/bytes.hpp"

namespace avocet::analysis {

/// How large the datagrams are that a packet of the capture is made of. Segmentation offload gives a capture
/// runs of equal-sized datagrams as one, before they are cut (GSO) or after they are joined (GRO), and no
/// capture format says where the borders are. In our runs each datagram begins with the header of the one
/// before it, its number one higher: that is searched for. `payload.size()` when it is a single one.
std::size_t segment_size(ByteView payload);

}  // namespace avocet::analysis
