#pragma once

#include <cstring>

#include "protocol/base/bytes.hpp"

namespace avocet::sim {

/// Tells payloads apart: FNV-1a over words of 64 bits, not against an attacker.
inline std::uint64_t fingerprint(ByteView bytes, std::uint64_t hash = 0xcbf29ce484222325ull) {
  const auto mix = [&hash](std::uint64_t word) {
    hash = (hash ^ word) * 0x100000001b3ull;
    hash ^= hash >> 32;  // multiplication carries upwards only
  };
  std::uint64_t word = 0;
  for (; bytes.size() >= sizeof word; bytes = bytes.subspan(sizeof word)) {
    std::memcpy(&word, bytes.data(), sizeof word);
    mix(word);
  }
  word = bytes.size();
  for (const std::byte b : bytes) word = word << 8 | std::to_integer<std::uint64_t>(b);
  mix(word);
  return hash;
}
inline std::uint64_t fingerprint(const SharedBytes& bytes) {
  return fingerprint(bytes ? ByteView(*bytes) : ByteView());
}

}  // namespace avocet::sim
