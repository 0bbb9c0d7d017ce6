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
/// How long after its time a missing picture is still waited for, because with it all that follows, up to the
/// next key frame, becomes decodable again. Half a second is a segment: by then the key frame is there.
constexpr Duration reference_patience = 500ms;

}  // namespace avocet::media
