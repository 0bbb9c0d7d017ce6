#pragma once

#include <optional>

#include "analysis/measures/quantiles.hpp"

namespace avocet::analysis {

/// How far the picture is behind the sound: each is shown later than its media time by something, and the two
/// should be the same. ITU-R BT.1359 calls 45 ms ahead and 125 ms behind noticeable.
class SyncMeter {
 public:
  /// Shown at `at` what has that media time.
  void sound(Time at, Duration media) { sound_ = at.time_since_epoch() - media; }
  void picture(Time at, Duration media) {
    if (!sound_) return;
    const Duration behind = at.time_since_epoch() - media - *sound_;
    sum_ += to_seconds(behind);
    distance_.add(behind < Duration::zero() ? -behind : behind);
  }

  std::uint64_t count() const { return distance_.count(); }
  /// s; below 0: the picture is ahead.
  double mean() const { return count() == 0 ? 0 : sum_ / static_cast<double>(count()); }
  /// Whichever is ahead.
  const Quantiles& distance() const { return distance_; }

 private:
  std::optional<Duration> sound_;
  double sum_ = 0;
  Quantiles distance_;
};

}  // namespace avocet::analysis
