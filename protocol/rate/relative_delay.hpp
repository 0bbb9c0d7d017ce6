#pragma once

#include <algorithm>
#include <cstdint>

#include "protocol/base/time.hpp"

namespace avocet::rate {

/// a - b of times that a peer may make up.
inline std::int64_t wrapping_difference(std::int64_t a, std::int64_t b) {
  return static_cast<std::int64_t>(static_cast<std::uint64_t>(a) - static_cast<std::uint64_t>(b));
}

/// One-way delays by two clocks of unknown offset: what packets took longer than the first one.
class RelativeDelay {
 public:
  /// False while nothing is known, and for a delay that differs by so much from the first that a clock was
  /// set.
  bool continues(Time sent, std::int64_t arrival_us) const {
    const Duration delay = of(sent, arrival_us);
    return started_ && delay <= clock_step && delay >= -clock_step;
  }
  /// This packet is the first from now on.
  void begin(Time sent, std::int64_t arrival_us) {
    origin_us_ = took_us(sent, arrival_us);
    started_ = true;
  }
  /// Of a packet that arrived at `arrival_us` of the peer's clock; of which only differences mean something.
  Duration of(Time sent, std::int64_t arrival_us) const {
    constexpr std::int64_t most = 2 * to_microseconds(clock_step);
    const std::int64_t us = wrapping_difference(took_us(sent, arrival_us), origin_us_);
    return std::chrono::microseconds(std::clamp(us, -most, most));
  }
  bool started() const { return started_; }

 private:
  static constexpr Duration clock_step = 30s;

  static std::int64_t took_us(Time sent, std::int64_t arrival_us) {
    return wrapping_difference(arrival_us, to_microseconds(sent.time_since_epoch()));
  }

  std::int64_t origin_us_ = 0;
  bool started_ = false;
};

}  // namespace avocet::rate
