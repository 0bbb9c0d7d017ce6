#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string_view>

#include "protocol/base/time.hpp"

namespace avocet::link {

enum class DropReason : std::uint8_t {
  random,     ///< the loss model
  queue,      ///< the queue was full
  rate_step,  ///< it waited, and the queue shrank with the rate
  blackhole,
  listed,     ///< named in LinkConfig::drop_list
  too_large,  ///< longer than LinkConfig::largest
  hold,       ///< LinkConfig::hold was reached
  marked,     ///< EcnPath::dropped
};
inline constexpr std::size_t drop_reasons = 8;

/// As in stats files: "random", "queue", "rate-step", ...
std::string_view to_string(DropReason);

/// Datagrams, and the bytes of their payloads.
struct Count {
  std::uint64_t datagrams = 0;
  std::uint64_t bytes = 0;

  constexpr void add(std::size_t size) { ++datagrams, bytes += size; }
  constexpr Count& operator+=(const Count& o) { return datagrams += o.datagrams, bytes += o.bytes, *this; }
  constexpr bool operator==(const Count&) const = default;
};

/// At any moment pushed + duplicated = delivered + dropped + held.
struct Stats {
  Count pushed, delivered, held;
  Count duplicated, reordered, corrupted, marked;
  std::array<Count, drop_reasons> dropped_by{};
  Duration longest_queue{};  ///< the longest that a datagram waited for its turn at the bottleneck

  Count& dropped(DropReason r) { return dropped_by[static_cast<std::size_t>(r)]; }
  const Count& dropped(DropReason r) const { return dropped_by[static_cast<std::size_t>(r)]; }
  /// For all reasons.
  Count dropped() const;
  /// Sums; the longest queue of both.
  Stats& operator+=(const Stats&);
};

/// One datagram that did not arrive.
struct Drop {
  Time at;
  std::uint64_t index = 0;  ///< which datagram, counted from 0 in the order of push
  std::size_t size = 0;     ///< bytes of payload
  DropReason reason{};
  std::uint64_t tag = 0;  ///< as given to push
  constexpr bool operator==(const Drop&) const = default;
};

}  // namespace avocet::link
