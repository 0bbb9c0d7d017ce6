#include "endpoints/client/recent_rates.hpp"

#include <algorithm>

namespace avocet::client {

void RecentRates::add(Time now, const session::Stats& stats) {
  points_.push_back({now, stats.bytes_received, stats.packets_received, stats.received_gaps});
  while (points_.size() > 2 && now - points_[1].at >= window) points_.pop_front();
}

double RecentRates::bits_per_second() const {
  if (points_.size() < 2 || points_.back().at == points_.front().at) return 0;
  const auto bits = static_cast<double>(points_.back().bytes - points_.front().bytes) * 8;
  return bits / to_seconds(points_.back().at - points_.front().at);
}

double RecentRates::loss() const {
  if (points_.size() < 2) return 0;
  // Gaps shrink when a packet comes after all.
  const double gaps =
      std::max(0.0, static_cast<double>(points_.back().gaps) - static_cast<double>(points_.front().gaps));
  const auto packets = static_cast<double>(points_.back().packets - points_.front().packets);
  return packets + gaps > 0 ? gaps / (packets + gaps) : 0;
}

}  // namespace avocet::client
