#pragma once

#include <vector>

#include "protocol/base/time.hpp"

namespace avocet::analysis {

/// What happened in each slot of time, in bounded memory: when there are more than `most` slots, they become
/// twice as wide. Slot has merge(const Slot&).
template <class Slot, std::size_t most = 512>
class Timeline {
 public:
  /// RFC 8868 section 4 looks at rates in 200 ms.
  static constexpr Duration finest = 200ms;

  /// From now on at most `slots` of them, where there are many timelines.
  void coarsen(std::size_t slots) {
    limit_ = slots;
    while (slots_.size() > limit_) widen();
  }

  Slot& at(Time now) {
    std::size_t i = index(now);
    while (i >= limit_) {
      widen();
      i = index(now);
    }
    if (i >= slots_.size()) slots_.resize(i + 1);
    return slots_[i];
  }

  Duration width() const { return width_; }
  const std::vector<Slot>& slots() const { return slots_; }

 private:
  std::size_t index(Time now) const {
    return now < Time{} ? 0 : static_cast<std::size_t>(now.time_since_epoch() / width_);
  }
  void widen() {
    for (std::size_t i = 0; i < slots_.size(); i += 2) {
      Slot merged = slots_[i];
      if (i + 1 < slots_.size()) merged.merge(slots_[i + 1]);
      slots_[i / 2] = merged;
    }
    slots_.resize((slots_.size() + 1) / 2);
    width_ *= 2;
  }

  std::vector<Slot> slots_;
  Duration width_ = finest;
  std::size_t limit_ = most;
};

}  // namespace avocet::analysis
