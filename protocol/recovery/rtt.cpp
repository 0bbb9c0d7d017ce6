#include "protocol/recovery/rtt.hpp"

#include <algorithm>

namespace avocet::recovery {

void RttEstimator::on_sample(Duration latest, Duration ack_delay, Duration max_ack_delay) {
  latest_ = latest;
  if (!has_sample_) {
    has_sample_ = true;
    min_ = smoothed_ = latest;
    variation_ = latest / 2;
    return;
  }
  min_ = std::min(min_, latest);
  const Duration held = std::clamp(ack_delay, Duration::zero(), max_ack_delay);
  const Duration path = latest - min_ >= held ? latest - held : latest;
  const Duration deviation = path > smoothed_ ? path - smoothed_ : smoothed_ - path;
  variation_ = (3 * variation_ + deviation) / 4;
  smoothed_ = (7 * smoothed_ + path) / 8;
}

Duration RttEstimator::probe_timeout(Duration max_ack_delay) const {
  return smoothed_ + std::max<Duration>(4 * variation_, 1ms) + max_ack_delay;
}

}  // namespace avocet::recovery
