#pragma once

#include <algorithm>

#include "protocol/base/bytes.hpp"

namespace avocet::session {

/// Makes room for `size` bytes with an eighth to spare, where a vector left to itself takes up to twice as
/// much: what a peer makes us hold is not to cost much more than it says (AV-ERR-9).
inline void reserve_sparingly(Bytes& bytes, std::size_t size) {
  constexpr std::size_t least = 512;
  if (size > bytes.capacity()) bytes.reserve(size + std::max(least, size / 8));
}

}  // namespace avocet::session
