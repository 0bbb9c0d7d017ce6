#pragma once

#include <cstdint>

#include "protocol/base/ids.hpp"

namespace avocet {

/// Rebuilds a packet number from its low 32 bits, which are all that travels: of the numbers that end in
/// `low`, the one closest to `next`, which is one above the largest number AUTHENTICATED so far (zero at
/// first). An unauthenticated number must not move `next`, or one forged packet would shift all that follow.
/// Right as long as packets arrive within 2^31 of it. (RFC 9000 appendix A.3 does the same for shorter
/// numbers.)
constexpr PacketNumber expand(std::uint32_t low, PacketNumber next) {
  constexpr std::uint64_t turn = 1ull << 32, half = turn / 2;
  const std::uint64_t guess = (next.value & ~(turn - 1)) | low;
  if (guess + half <= next.value && guess + turn > guess) return {guess + turn};
  if (guess > next.value + half && guess >= turn) return {guess - turn};
  return {guess};
}

}  // namespace avocet
