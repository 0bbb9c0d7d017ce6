#pragma once

#include <cstdint>
#include <vector>

#include "protocol/base/bytes.hpp"

namespace avocet::media {

/// Buffers for fragments that wait for the rest of their frame. Reused, so that a steady stream allocates
/// nothing, and charged at what they really occupy, so that a million one-byte fragments are not cheaper than
/// they are.
class FragmentPool {
 public:
  using Slot = std::uint32_t;

  /// Bytes that holding `size` bytes is charged with.
  static constexpr std::size_t cost(std::size_t size) { return (size <= usual ? usual : size) + overhead; }

  Slot store(ByteView bytes) {
    if (free_.empty()) free_.push_back(static_cast<Slot>(buffers_.size())), buffers_.emplace_back();
    const Slot slot = free_.back();
    free_.pop_back();
    Bytes& buffer = buffers_[slot];
    spare_ -= buffer.capacity();
    if (bytes.size() <= usual) buffer.reserve(usual);
    buffer.assign(bytes.begin(), bytes.end());
    return slot;
  }
  void release(Slot slot) {
    Bytes& buffer = buffers_[slot];
    if (buffer.capacity() > usual || spare_ > most_spare) Bytes().swap(buffer);
    spare_ += buffer.capacity();
    free_.push_back(slot);
  }
  ByteView view(Slot slot) const { return buffers_[slot]; }

 private:
  static constexpr std::size_t usual = 1472;   // what an Ethernet packet can carry
  static constexpr std::size_t overhead = 64;  // the buffer's own, and its place in a frame
  static constexpr std::size_t most_spare = 128u << 10;

  std::vector<Bytes> buffers_;
  std::vector<Slot> free_;
  std::size_t spare_ = 0;
};

}  // namespace avocet::media
