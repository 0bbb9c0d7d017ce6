#include "protocol/crypto/replay_window.hpp"

#include <algorithm>
#include <bit>
#include <cassert>

namespace avocet::crypto {
namespace {

constexpr std::uint64_t bit(std::uint64_t number) { return 1ull << (number % 64); }
constexpr std::size_t word(std::uint64_t number) { return number % ReplayWindow::size / 64; }

}  // namespace

bool ReplayWindow::test(PacketNumber number) const {
  if (number >= next_) return true;
  if (next_ - number > size) return false;  // AV-PKT-9
  return (seen_[word(number.value)] & bit(number.value)) == 0;
}

void ReplayWindow::mark(PacketNumber number) {
  assert(test(number));
  reach(number);
  if (number >= next_) {
    if (number - next_ >= size) {
      std::ranges::fill(seen_, 0);
    } else {  // the places of the numbers skipped still speak of those 8192 below
      for (std::uint64_t n = next_.value; n != number.value; ++n) seen_[word(n)] &= ~bit(n);
    }
    next_ = number + 1;
  }
  seen_[word(number.value)] |= bit(number.value);
}

/// Makes room for the bit of `number`. What is there already stays at its place: no number wrapped yet.
void ReplayWindow::reach(PacketNumber number) {
  constexpr std::size_t least = 8;
  const std::uint64_t needed = number.value / 64 + 1;
  if (needed <= seen_.size() || seen_.size() == words) return;
  seen_.resize(std::clamp<std::uint64_t>(std::bit_ceil(needed), least, words));
}

}  // namespace avocet::crypto
