#pragma once

#include <optional>
#include <utility>

#include "protocol/base/time.hpp"

namespace avocet::analysis {

/// Round trips by the spin bit of one direction (RFC 9312 section 3.8.2.1): the bit flips once in each. What
/// the ends wait before they send again is in them too.
class SpinMeter {
 public:
  /// Of packets with a number above all before: one that was overtaken would make edges that there were not.
  std::optional<Duration> see(Time now, bool spin) {
    if (!last_) {
      last_ = spin;
      return std::nullopt;
    }
    if (spin == *last_) return std::nullopt;
    last_ = spin;
    const std::optional<Time> before = std::exchange(edge_, now);
    return before ? std::optional(now - *before) : std::nullopt;
  }

 private:
  std::optional<bool> last_;
  std::optional<Time> edge_;
};

}  // namespace avocet::analysis
