#pragma once

#include <array>
#include <cstdint>
#include <vector>

#include "protocol/base/time.hpp"

namespace avocet::analysis {

/// Quantiles of any number of durations in bounded memory: counts in buckets that grow by one percent, so
/// that each quantile is right to half a percent. Durations below 1 us count as that, those above 1000 s too.
class Quantiles {
 public:
  void add(Duration);
  /// 0 <= q <= 1. Zero without values.
  Duration at(double q) const;
  std::uint64_t count() const { return count_; }
  Duration min() const { return min_; }
  Duration max() const { return max_; }
  Duration mean() const {
    return count_ == 0 ? Duration{} : Duration(static_cast<std::int64_t>(sum_ / static_cast<double>(count_)));
  }

 private:
  // Durations of one kind are close to each other: buckets are made by the row, as they are needed.
  static constexpr std::size_t width = 32;
  struct Row {
    std::size_t first = 0;  // bucket
    std::array<std::uint32_t, width> counts{};
  };
  std::vector<Row> rows_;  // ascending
  std::uint64_t count_ = 0;
  double sum_ = 0;  // ns
  Duration min_{}, max_{};
};

}  // namespace avocet::analysis
