#pragma once

#include <algorithm>
#include <optional>

#include "protocol/base/time.hpp"

namespace avocet::analysis {

/// How much longer a way took than the quickest one did, when its two ends have clocks of their own. Clocks
/// drift, so that only the last half minute to minute says what the quickest is.
class AboveQuickest {
 public:
  /// `way`: time of arrival less time of departure, on whatever clocks.
  Duration see(Time now, Duration way) {
    constexpr Duration window = 30s;
    if (!quickest_ || now - window_begins_ > window) {
      quickest_before_ = quickest_;
      quickest_ = way;
      window_begins_ = now;
    }
    quickest_ = std::min(*quickest_, way);
    return way - std::min(*quickest_, quickest_before_.value_or(*quickest_));
  }

 private:
  std::optional<Duration> quickest_, quickest_before_;
  Time window_begins_{};
};

}  // namespace avocet::analysis
