#pragma once

#include <bit>
#include <cassert>
#include <cstdint>
#include <cstring>

#include "protocol/base/bytes.hpp"

namespace avocet::wire {

inline constexpr std::uint64_t max_varint = (std::uint64_t{1} << 62) - 1;

/// Bytes that `value` takes as a variable-length integer (RFC 9000 section 16).
constexpr std::size_t varint_size(std::uint64_t value) {
  return value < 1u << 6 ? 1 : value < 1u << 14 ? 2 : value < 1u << 30 ? 4 : 8;
}

/// Appends to a fixed room. What does not fit is not written and sticks as `!ok()`; the size keeps counting,
/// so that a Writer without a room measures.
class Writer {
 public:
  explicit Writer(ByteSpan room) : room_(room) {}

  void big_endian(std::uint64_t value, std::size_t width) {
    std::byte* out = claim(width);
    if (out == nullptr) return;
    for (std::size_t i = width; i-- > 0; value >>= 8) out[i] = static_cast<std::byte>(value);
  }
  void varint(std::uint64_t value) {
    assert(value <= max_varint);
    const std::size_t width = varint_size(value);
    const auto log = static_cast<std::uint64_t>(std::countr_zero(width));
    big_endian(value | log << (8 * width - 2), width);
  }
  void bytes(ByteView data) {
    std::byte* out = claim(data.size());
    if (out != nullptr && !data.empty()) std::memcpy(out, data.data(), data.size());
  }
  void zeros(std::size_t n) {
    std::byte* out = claim(n);
    if (out != nullptr && n > 0) std::memset(out, 0, n);
  }

  bool ok() const { return size_ <= room_.size(); }
  std::size_t size() const { return size_; }
  std::size_t remaining() const { return ok() ? room_.size() - size_ : 0; }
  /// What has been written so far. Only while ok().
  ByteSpan written() const { return room_.first(size_); }

 private:
  std::byte* claim(std::size_t n) {
    const std::size_t at = size_;
    size_ += n;
    return at <= room_.size() && n <= room_.size() - at ? room_.data() + at : nullptr;
  }

  ByteSpan room_;
  std::size_t size_ = 0;
};

}  // namespace avocet::wire
