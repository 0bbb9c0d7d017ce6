#pragma once

#include <algorithm>
#include <optional>

#include "protocol/base/time.hpp"

namespace avocet {

/// Lets `burst` events pass at once and `per_second` in the long run.
class TokenBucket {
 public:
  TokenBucket(double per_second, double burst) : per_second_(per_second), burst_(burst), tokens_(burst) {}

  /// Whether one more may pass now; it counts if so.
  bool take(Time now) {
    if (last_ && now > *last_) tokens_ = std::min(burst_, tokens_ + to_seconds(now - *last_) * per_second_);
    last_ = now;
    if (tokens_ < 1) return false;
    tokens_ -= 1;
    return true;
  }

 private:
  double per_second_, burst_, tokens_;
  std::optional<Time> last_;
};

}  // namespace avocet
