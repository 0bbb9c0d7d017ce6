#pragma once

#include <bitset>

#include "protocol/base/inline_vector.hpp"
#include "protocol/media/fragment_pool.hpp"
#include "protocol/wire/frames.hpp"

namespace avocet::media {

/// A run of fragments that parity came for.
struct IncomingRun {
  struct Row {
    std::uint8_t row = 0;
    FragmentPool::Slot slot = 0;
  };
  /// More than a sender of ours makes; what it is charged with covers them.
  static constexpr std::size_t max_rows = 64;
  static constexpr std::size_t overhead = 768;

  FragmentNumber first;
  std::uint8_t count = 0;
  std::size_t shard_size = 0;
  Time arrived{};
  std::bitset<256> present;  ///< fragments that came, or come from somewhere else
  InlineVector<Row, max_rows> rows;

  bool holds(FragmentNumber n) const { return n >= first && n < first + count; }
  std::size_t missing() const { return count - present.count(); }
};

}  // namespace avocet::media
