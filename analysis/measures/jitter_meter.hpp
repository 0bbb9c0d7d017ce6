#pragma once

#include <optional>

#include "protocol/base/time.hpp"

namespace avocet::analysis {

/// Interarrival jitter as RFC 3550 section 6.4.1 defines it: the mean deviation of the difference in spacing
/// at receiver and sender, smoothed by 1/16.
class JitterMeter {
 public:
  /// `made` is on the sender's clock, whatever its origin.
  void add(Time arrived, Duration made) {
    const Duration transit = arrived.time_since_epoch() - made;
    if (last_) {
      const Duration difference = transit > *last_ ? transit - *last_ : *last_ - transit;
      jitter_ += (static_cast<double>(difference.count()) - jitter_) / 16;
      highest_ = jitter_ > highest_ ? jitter_ : highest_;
    }
    last_ = transit;
  }
  Duration jitter() const { return Duration(static_cast<std::int64_t>(jitter_)); }
  Duration highest() const { return Duration(static_cast<std::int64_t>(highest_)); }

 private:
  std::optional<Duration> last_;
  double jitter_ = 0, highest_ = 0;  // ns
};

}  // namespace avocet::analysis
