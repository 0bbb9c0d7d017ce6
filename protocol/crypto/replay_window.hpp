#pragma once

#include <cstdint>
#include <vector>

#include "protocol/base/ids.hpp"

namespace avocet::crypto {

/// Which of the last 8192 packet numbers have arrived. Use: test, open the packet, and only if it is
/// authentic mark; marking before opening would let a forger block the real packet. The storage grows with
/// the numbers: a connection that says little needs little.
class ReplayWindow {
 public:
  static constexpr std::uint64_t size = 8192;

  ReplayWindow() = default;
  /// All numbers below `next` count as arrived.
  explicit ReplayWindow(PacketNumber next) : next_(next) {
    if (next.value > 0) seen_.assign(words, ~std::uint64_t{0});
  }

  /// True if the packet is new. One too old to be remembered counts as seen.
  bool test(PacketNumber number) const;
  /// Remembers an authentic packet for which test() is true.
  void mark(PacketNumber number);

  /// One above the largest number marked, zero at first: what expand() (base/packet_number.hpp) wants.
  PacketNumber next() const { return next_; }

 private:
  static constexpr std::size_t words = size / 64;

  void reach(PacketNumber);

  // Bit `number % size` of each number in [next - size, next); before there were `size` numbers, a part of
  // it that holds them all.
  std::vector<std::uint64_t> seen_;
  PacketNumber next_{0};
};

}  // namespace avocet::crypto
