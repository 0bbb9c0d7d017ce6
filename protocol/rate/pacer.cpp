#include "protocol/rate/pacer.hpp"

#include <algorithm>

namespace avocet::rate {

namespace {

/// A wake-up that comes late may be made up for, as far as this.
constexpr Duration forgiven_lateness = 900us;
constexpr Duration burst_time = 1ms;
constexpr Duration longest_train = 500ms;
constexpr Duration longest_saving = 100ms;

}  // namespace

void Pacer::set_rate(Time now, DataRate rate) {
  if (rate == rate_) return;
  if (free_ > now && rate.bps() > 0 && !in_train(now)) {
    // What is still owed shrinks or stretches with the rate.
    const DataSize owed = rate_ * (free_ - now);
    free_ = now + std::min(owed / rate, Duration(1s));
  }
  rate_ = rate;
}

void Pacer::begin_train(Time now, DataRate rate, DataSize size) {
  train_rate_ = rate;
  train_ = size;
  train_end_ = now + longest_train;
}

Time Pacer::next(Time now, bool patient) const { return patient && spent_ ? free_ + saving(now) : free_; }

DataSize Pacer::budget(Time now) const {
  if (!can_send(now)) return {};
  return datagram_ + rate(now) * (now - std::max(free_, now - credit(now)));
}

void Pacer::on_sent(Time now, DataSize size) {
  const Duration turn = std::min(size / rate(now), Duration(1s));
  free_ = std::max(free_, now - credit(now)) + turn;
  spent_ = free_ > now;
  if (in_train(now)) train_ -= size;
}

/// How long it takes to save up a run.
Duration Pacer::saving(Time now) const {
  return in_train(now) ? Duration::zero() : std::min(run_ / rate_, longest_saving);
}

/// How far the virtual clock may lag: so much that what leaves at once is 1 ms at the rate, or one datagram,
/// and a run.
Duration Pacer::credit(Time now) const {
  const Duration turn = datagram_ / rate(now);
  const Duration burst =
      turn < burst_time ? std::max(burst_time - turn, std::min(turn, forgiven_lateness)) : forgiven_lateness;
  return burst + saving(now);
}

}  // namespace avocet::rate
