#pragma once

#include <algorithm>
#include <array>

#include "protocol/base/time.hpp"

namespace avocet::rate {

/// The smallest of the values of the last `Buckets` x `width`, in constant space: a minimum per bucket of
/// time.
template <class T, std::size_t Buckets>
class WindowedMin {
 public:
  /// `highest` stands for no value.
  WindowedMin(Duration width, T highest) : width_(width), highest_(highest) { clear(); }

  void add(Time now, T value) {
    advance(now);
    T& current = least_[newest_];
    current = std::min(current, value);
  }
  /// The smallest, or `highest` when there is none.
  T min() const { return *std::ranges::min_element(least_); }
  void clear() { least_.fill(highest_); }

 private:
  void advance(Time now) {
    if (now < end_) return;
    const auto steps = std::min<std::size_t>(Buckets, static_cast<std::size_t>((now - end_) / width_) + 1);
    for (std::size_t i = 0; i < steps; ++i) least_[newest_ = (newest_ + 1) % Buckets] = highest_;
    end_ = now + width_;
  }

  Duration width_;
  T highest_;
  std::array<T, Buckets> least_;
  std::size_t newest_ = 0;
  Time end_{};
};

}  // namespace avocet::rate
