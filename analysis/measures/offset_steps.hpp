#pragma once

#include <algorithm>
#include <optional>

#include "protocol/base/time.hpp"

namespace avocet::analysis {

/// Finds where one of two clocks was set: the quickest ways between them, in seconds one after the other,
/// differ by more than queues make them.
class OffsetSteps {
 public:
  struct Step {
    Time at;        ///< of the clock here
    Duration by{};  ///< positive: the clock here went forward, or the other one back
  };

  /// `way`: time of arrival here less time of departure there.
  void add(Time now, Duration way) {
    if (seen_ > 0 && now - begins_ >= window) {
      // Only what holds is the clock; few packets may all have waited.
      if (seen_ >= enough) {
        if (before_ && largest_by() > smallest_step) ++count_, latest_ = {begins_, quickest_ - *before_};
        before_ = quickest_;
      }
      seen_ = 0;
    }
    if (seen_++ == 0) begins_ = now, quickest_ = way;
    quickest_ = std::min(quickest_, way);
  }

  std::uint64_t count() const { return count_; }
  const Step& latest() const { return latest_; }

 private:
  static constexpr Duration window = 2s, smallest_step = 1500ms;
  static constexpr std::uint64_t enough = 5;

  Duration largest_by() const { return quickest_ > *before_ ? quickest_ - *before_ : *before_ - quickest_; }

  Time begins_{};
  std::uint64_t seen_ = 0, count_ = 0;
  Duration quickest_{};
  std::optional<Duration> before_;
  Step latest_;
};

}  // namespace avocet::analysis
