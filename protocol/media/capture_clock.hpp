#pragma once

#include <algorithm>
#include <cstdint>
#include <optional>

#include "protocol/base/time.hpp"

namespace avocet::media {

/// Maps the capture times of a sender's clock to ours by the quickest frame: the smallest (arrival - capture)
/// of the last half minute to minute. (Of all time would not do: clocks that drift 50 millionths apart are
/// 180 ms off after an hour.)
class CaptureClock {
 public:
  void observe(Time arrival, std::int64_t capture_us) {
    const Duration offset = arrival.time_since_epoch() - std::chrono::microseconds(capture_us);
    if (!current_ || arrival - since_ > window) {
      previous_ = current_ ? current_ : offset;
      current_ = offset;
      since_ = arrival;
    }
    current_ = std::min(*current_, offset);
  }
  /// arrival - capture of the quickest frame. After observe().
  Duration offset() const { return std::min(*previous_, *current_); }
  Time map(std::int64_t capture_us) const { return Time(offset() + std::chrono::microseconds(capture_us)); }
  void reset() { previous_.reset(), current_.reset(); }

 private:
  static constexpr Duration window = 30s;

  std::optional<Duration> previous_, current_;
  Time since_{};
};

}  // namespace avocet::media
