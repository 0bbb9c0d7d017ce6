#include "protocol/rate/delay_estimator.hpp"

#include <algorithm>

namespace avocet::rate {

namespace {

constexpr int block_packets = 4;

}  // namespace

void DelayEstimator::on_packet(Time now, Time sent, std::int64_t arrival_us, bool calm) {
  if (!delays_.continues(sent, arrival_us)) {
    reset();
    delays_.begin(sent, arrival_us);
  }
  const Duration delay = delay_of(sent, arrival_us);
  recent_[seen_++ % recent_.size()] = delay;
  if (seen_ == recent_.size() && blocks_ == 0) base_.add(now, *std::ranges::max_element(recent_));

  if (calm) {
    if (count_ == 0) {
      block_began_us_ = arrival_us;
      deviation_ = {};
      sum_ = {};
    } else {
      deviation_ += delay > previous_ ? delay - previous_ : previous_ - delay;
    }
    previous_ = delay;
    sum_ += delay;
    ++count_;
    const std::int64_t span = wrapping_difference(arrival_us, block_began_us_);
    if (span < 0 || (span >= to_microseconds(block) && count_ >= block_packets)) close_block(now);
  }
  if (base_.min() == Duration::max()) return;
  const Duration base = base_.min() + bias_ + allowance_;
  last_ = delay - base;
  floor_ = *std::ranges::min_element(recent_) - base;
}

void DelayEstimator::close_block(Time now) {
  const Duration average = sum_ / count_;
  if (!held_) base_.add(now, average);
  if (count_ > 1) packet_noise_ += (deviation_ / (count_ - 1) - packet_noise_) / 16;
  // Averages of an empty path scatter; a queue makes them rise or fall steadily. So what counts is how far
  // one lies off the line through the two before, of which the mean is 1.95 standard deviations; less is
  // believed sooner than more.
  const Duration off_line = average - 2 * last_average_ + average_before_;
  const Duration off = off_line < Duration::zero() ? -off_line : off_line;
  if (blocks_ >= 2) {
    const Duration excess = std::min(off, 4 * off_line_ + 2ms) - off_line_;
    off_line_ += excess / (excess > Duration::zero() ? 32 : 16);
  }
  // The least of some hundred averages lies about 2.5 standard deviations below their mean.
  bias_ = block_noise() * 5 / 2;
  queue_ = average - base_.min() - bias_ - allowance_;
  last_block_ = now;
  average_before_ = last_average_;
  last_average_ = average;
  ++blocks_;
  count_ = 0;
}

bool DelayEstimator::risen(Duration limit, Duration own) const {
  const Duration base = base_.min();
  if (base == Duration::max() || seen_ < recent_.size()) return false;
  const Duration zero = base + bias_ + allowance_ + own;
  const Duration newest = recent_[(seen_ - 1) % recent_.size()],
                 before = recent_[(seen_ - 2) % recent_.size()];
  return floor_ - own > limit || std::min(newest, before) - zero > limit * 11 / 10 ||
         newest - zero > limit * 7 / 5;
}

void DelayEstimator::rebase() {
  base_.clear();
  base_.add(last_block_, last_average_);
  queue_ = {};
}

void DelayEstimator::reset() {
  base_.clear();
  seen_ = 0;
  count_ = 0;
  queue_ = floor_ = last_ = {};
}

}  // namespace avocet::rate
