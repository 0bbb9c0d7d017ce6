#include "endpoints/client/sync_meter.hpp"

#include <algorithm>

namespace avocet::client {

void SyncMeter::add(Duration offset) {
  const Duration distance = std::chrono::abs(offset);
  const auto bin = static_cast<std::size_t>(distance / 1ms);
  ++counts_[std::min(bin, counts_.size() - 1)];
  ++all_;
  largest_ = std::max(largest_, distance);
}

std::optional<double> SyncMeter::p95() const {
  if (all_ == 0) return std::nullopt;
  std::uint64_t below = 0;
  std::size_t bin = 0;
  while ((below += counts_[bin]) * 100 < all_ * 95) ++bin;
  return std::min(static_cast<double>(bin + 1) / 1e3, to_seconds(largest_));
}

std::optional<double> SyncMeter::largest() const {
  return all_ == 0 ? std::nullopt : std::optional(to_seconds(largest_));
}

}  // namespace avocet::client
