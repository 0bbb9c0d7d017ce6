#pragma once

#include <algorithm>
#include <array>
#include <cassert>
#include <cstddef>
#include <span>

#include "protocol/base/bytes.hpp"

namespace avocet::crypto {

/// Overwrites `bytes` with zeros in a way that the compiler may not remove.
void wipe(ByteSpan bytes) noexcept;

/// Compares in a time that depends on the sizes only. Different sizes are unequal.
bool equal_in_constant_time(ByteView a, ByteView b) noexcept;

/// `N` bytes that nobody else should see: zero at first, and zero again when they go. Equality takes constant
/// time.
template <std::size_t N>
class Secret {
 public:
  static constexpr std::size_t size = N;

  Secret() = default;
  explicit Secret(std::span<const std::byte, N> bytes) { std::ranges::copy(bytes, bytes_.begin()); }
  Secret(const Secret&) = default;
  Secret& operator=(const Secret&) = default;
  ~Secret() { wipe(bytes_); }

  std::span<std::byte, N> bytes() { return bytes_; }
  std::span<const std::byte, N> bytes() const { return bytes_; }
  operator ByteView() const { return bytes_; }

  friend bool operator==(const Secret& a, const Secret& b) {
    return equal_in_constant_time(a.bytes_, b.bytes_);
  }

 private:
  std::array<std::byte, N> bytes_{};
};

}  // namespace avocet::crypto
