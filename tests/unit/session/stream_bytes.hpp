#pragma once

#include "protocol/base/bytes.hpp"

namespace avocet::session {

/// Bytes [begin, begin + size) of an endless stream without repeats that a shifted copy could hide behind.
inline Bytes pattern(std::uint64_t begin, std::uint64_t size) {
  Bytes out(size);
  for (std::uint64_t i = 0; i < size; ++i) {
    const std::uint64_t at = begin + i;
    out[i] = static_cast<std::byte>((at * 0x9e3779b97f4a7c15ull) >> 56 ^ at);
  }
  return out;
}

}  // namespace avocet::session
