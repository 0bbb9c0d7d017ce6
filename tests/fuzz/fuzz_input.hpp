#pragma once

#include <cstdlib>

#include "protocol/base/bytes.hpp"

namespace avocet::test {

/// The fuzzer's bytes, taken from the front; zeros when they are used up.
class FuzzInput {
 public:
  explicit FuzzInput(ByteView bytes) : bytes_(bytes) {}
  FuzzInput(const std::uint8_t* data, std::size_t size) : FuzzInput(std::as_bytes(std::span(data, size))) {}

  bool ended() const { return bytes_.empty(); }
  unsigned byte() {
    if (bytes_.empty()) return 0;
    const auto first = std::to_integer<unsigned>(bytes_[0]);
    bytes_ = bytes_.subspan(1);
    return first;
  }
  /// 24 bits.
  std::uint64_t wide() {
    const std::uint64_t high = byte(), middle = byte();
    return high << 16 | middle << 8 | byte();
  }
  ByteView take(std::size_t size) {
    const ByteView out = bytes_.first(std::min(size, bytes_.size()));
    bytes_ = bytes_.subspan(out.size());
    return out;
  }

 private:
  ByteView bytes_;
};

inline void require(bool holds) {
  if (!holds) std::abort();
}

}  // namespace avocet::test
