#include "protocol/media/freeze_meter.hpp"

#include <algorithm>

namespace avocet::media {

void FreezeMeter::show(Time due) {
  if (upcoming_.full()) {
    shown(upcoming_.front());
    std::ranges::copy(upcoming_.begin() + 1, upcoming_.end(), upcoming_.begin());
    upcoming_.pop_back();
  }
  upcoming_.push_back(due);
  for (std::size_t i = upcoming_.size() - 1; i > 0 && upcoming_[i] < upcoming_[i - 1]; --i) {
    std::swap(upcoming_[i], upcoming_[i - 1]);
  }
}

void FreezeMeter::advance(Time now) {
  std::size_t past = 0;
  while (past < upcoming_.size() && upcoming_[past] <= now) shown(upcoming_[past++]);
  std::ranges::copy(upcoming_.begin() + past, upcoming_.end(), upcoming_.begin());
  for (; past > 0; --past) upcoming_.pop_back();
}

void FreezeMeter::restart() {
  upcoming_.clear();
  last_.reset();
}

void FreezeMeter::shown(Time at) {
  if (last_ && at > *last_) {
    const Duration interval = at - *last_;
    const auto n = static_cast<std::int64_t>(std::min(measured_, std::size(intervals_)));
    if (n > 0) {
      const Duration average = sum_ / n;
      if (interval >= std::max(3 * average, average + 150ms)) ++count_, total_ += interval;
    }
    Duration& oldest = intervals_[measured_++ % std::size(intervals_)];
    sum_ += interval - oldest;
    oldest = interval;
  }
  if (!last_ || at > *last_) last_ = at;
}

}  // namespace avocet::media
