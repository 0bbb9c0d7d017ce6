#pragma once

#include "protocol/base/time.hpp"

namespace avocet::recovery {

/// Round-trip time of one path (RFC 9002 section 5).
class RttEstimator {
 public:
  /// `initial` stands in until the first sample.
  explicit RttEstimator(Duration initial = 100ms) : smoothed_(initial), variation_(initial / 2) {}

  /// A new sample: from the sending of the largest newly acknowledged packet to now. `ack_delay` is what the
  /// peer says it held the acknowledgement, believed up to `max_ack_delay`.
  void on_sample(Duration latest, Duration ack_delay, Duration max_ack_delay);

  bool has_sample() const { return has_sample_; }
  /// The last sample as measured, acknowledgement delay included.
  Duration latest() const { return latest_; }
  /// The smallest sample so far; zero before the first.
  Duration min() const { return min_; }
  Duration smoothed() const { return smoothed_; }
  Duration variation() const { return variation_; }
  /// Probe timeout without backoff: smoothed + max(4 variation, 1 ms) + max_ack_delay (RFC 9002
  /// section 6.2.1).
  Duration probe_timeout(Duration max_ack_delay) const;

 private:
  bool has_sample_ = false;
  Duration latest_{}, min_{}, smoothed_, variation_;
};

}  // namespace avocet::recovery
