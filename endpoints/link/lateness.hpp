#pragma once

#include <algorithm>
#include <array>
#include <cstdint>

#include "protocol/base/time.hpp"

namespace avocet::link {

/// How late things were: a histogram of 10 us steps up to 20 ms, and the worst.
class Lateness {
 public:
  void add(Duration late) {
    late = std::max(late, Duration::zero());
    worst_ = std::max(worst_, late);
    ++count_;
    ++steps_[std::min<std::size_t>(static_cast<std::size_t>(late / step), steps_.size() - 1)];
  }

  std::uint64_t count() const { return count_; }
  Duration worst() const { return worst_; }
  /// Upper edge of the step in which the `share` (0 to 1) of all ends; never more than the worst.
  Duration quantile(double share) const {
    const double wanted = share * static_cast<double>(count_);
    std::uint64_t seen = 0;
    for (std::size_t i = 0; i + 1 < steps_.size(); ++i) {
      seen += steps_[i];
      if (static_cast<double>(seen) >= wanted)
        return std::min(step * static_cast<std::int64_t>(i + 1), worst_);
    }
    return worst_;
  }

 private:
  static constexpr Duration step = 10us;
  std::array<std::uint32_t, 2000> steps_{};
  std::uint64_t count_ = 0;
  Duration worst_{};
};

}  // namespace avocet::link
