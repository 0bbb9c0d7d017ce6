#pragma once

#include <cstddef>

#include "protocol/base/time.hpp"

/// What a receiver of media goes by, and whoever tells from a capture what it did.
namespace avocet::media {

/// A gap that closes later than this was closed by a retransmission, not by a packet that was overtaken.
constexpr Duration most_reordering = 5ms;
/// Fragments of whole frames that are kept for runs of parity that small frames share, of frames of so many
/// at the most.
constexpr std::size_t most_past_fragments = 128, most_past_fragments_of_frame = 32;

}  // namespace avocet::media
