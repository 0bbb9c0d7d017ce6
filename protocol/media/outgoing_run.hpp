#pragma once

#include <algorithm>
#include <cstdint>
#include <optional>

#include "protocol/base/ids.hpp"
#include "protocol/base/time.hpp"

namespace avocet::media {

/// A run of fragments that parity protects together, and what was sent and heard of its rows.
struct OutgoingRun {
  static constexpr unsigned max_rows = 64;
  using Rows = std::uint64_t;  ///< one bit each

  FragmentNumber first;
  std::uint32_t count = 0;
  std::uint32_t limit = 0;       ///< closes at so many
  bool open = true;              ///< fragments may still join
  bool shared = false;           ///< may hold several frames
  bool key = false;              ///< holds part of a key frame
  bool too_long = false;         ///< for a packet: packets have become smaller, no row can be sent
  std::optional<Time> deadline;  ///< the earliest of its frames
  Time close_by = Time::max();   ///< at the latest, so that its parity arrives in time
  std::uint32_t longest = 0;     ///< bytes of the longest fragment
  std::uint8_t planned = 0;      ///< rows sent along; further ones answer losses
  std::uint8_t queued = 0;       ///< rows waiting to be sent
  std::uint8_t sent = 0;         ///< rows; also the number of the next
  Rows acked = 0, lost = 0;

  FragmentNumber end() const { return first + count; }
  bool holds(FragmentNumber n) const { return n >= first && n < end(); }
  /// Rows that there may still be: count + row < 255.
  unsigned rows_left() const {
    if (too_long) return 0;
    const unsigned most = count >= 254 ? 0 : std::min(max_rows, 254 - count);
    return most - std::min<unsigned>(most, sent + queued);
  }
};

}  // namespace avocet::media
