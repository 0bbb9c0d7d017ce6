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
  auto row = std::ranges::lower_bound(rows_, bucket - bucket % width, {}, &Row::first);
  if (row == rows_.end() || row->first > bucket) row = rows_.insert(row, Row{bucket - bucket % width});
  ++row->counts[bucket % width];
  min_ = count_ == 0 ? value : std::min(min_, value);
  max_ = count_ == 0 ? value : std::max(max_, value);
  sum_ += static_cast<double>(value.count());
  ++count_;
}

Duration Quantiles::at(double q) const {
  if (count_ == 0) return {};
  const auto rank = static_cast<std::uint64_t>(q * static_cast<double>(count_ - 1));
  std::uint64_t below = 0;
  for (const Row& row : rows_) {
    for (std::size_t i = 0; i < width; ++i) {
      below += row.counts[i];
      if (below <= rank) continue;
      const double middle = std::exp((static_cast<double>(row.first + i) + 0.5) * log_step);
      return std::clamp(Duration(static_cast<std::int64_t>(middle * 1e3)), min_, max_);
    }
  }
  return max_;
}

}  // namespace avocet::analysis
