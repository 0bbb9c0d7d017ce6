#include "analysis/measures/quantiles.hpp"

#include <algorithm>
#include <cmath>

namespace avocet::analysis {
namespace {

constexpr double log_step = 0.009950330853168092;  // log(1.01)
constexpr Duration smallest = 1us, largest = 1000s;

std::size_t bucket_of(Duration value) {
  const double ratio = to_seconds(std::clamp(value, smallest, largest)) / to_seconds(smallest);
  return static_cast<std::size_t>(std::log(ratio) / log_step);
}

}  // namespace

void Quantiles::add(Duration value) {
  const std::size_t bucket = bucket_of(value);
  if (bucket >= buckets_.size()) buckets_.resize(bucket + 1);
  ++buckets_[bucket];
  min_ = count_ == 0 ? value : std::min(min_, value);
  max_ = count_ == 0 ? value : std::max(max_, value);
  sum_ += static_cast<double>(value.count());
  ++count_;
}

Duration Quantiles::at(double q) const {
  if (count_ == 0) return {};
  const auto rank = static_cast<std::uint64_t>(q * static_cast<double>(count_ - 1));
  std::uint64_t below = 0;
  for (std::size_t i = 0; i < buckets_.size(); ++i) {
    below += buckets_[i];
    if (below <= rank) continue;
    const double middle = std::exp((static_cast<double>(i) + 0.5) * log_step);
    return std::clamp(Duration(static_cast<std::int64_t>(middle * 1e3)), min_, max_);
  }
  return max_;
}

}  // namespace avocet::analysis
