#pragma once

#include <algorithm>

#include "protocol/base/time.hpp"

namespace avocet::session {

/// So many per second in the long run, and `burst` at once: the generic cell rate algorithm, one time and no
/// counter.
class RateLimit {
 public:
  constexpr RateLimit(int per_second, int burst) : interval_(Duration(1s) / per_second), burst_(burst) {}

  /// Whether one more may go now; it is counted then.
  bool take(Time now) {
    if (next_ > now + burst_ * interval_ - interval_) return false;
    next_ = std::max(next_, now) + interval_;
    return true;
  }

 private:
  Duration interval_;
  int burst_;
  Time next_ = Time::min() + 1h;
};

}  // namespace avocet::session
