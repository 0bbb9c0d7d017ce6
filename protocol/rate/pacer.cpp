#include "protocol/rate/pacer.hpp"

#include <algorithm>

namespace avocet::rate {

namespace {

/// A wake-up that comes late may be made up for, as far as this.
constexpr Duration forgiven_lateness = 900us;
constexpr Duration burst_time = 1ms;
constexpr Duration longest_train = 500ms;
constexpr Duration longest_saving = 200ms;

}  // namespace

void Pacer::set_rate(Time now, DataRate rate) {
  if (rate == usual_.rate) return;
  if (free_ > now && rate.bps() > 0 && !in_train(now)) {
    // What is still owed shrinks or stretches with the rate.
    const DataSize owed = usual_.rate * (free_ - now);
    free_ = now + std::min(owed / rate, Duration(1s));
  }
  usual_ = at_rate(rate, run_);
}

void Pacer::begin_train(Time now, DataRate rate, DataSize size) {
  training_ = at_rate(rate, DataSize::zero());
  train_ = size;
  train_end_ = now + longest_train;
}

DataSize Pacer::budget(Time now) const {
  if (!can_send(now)) return {};
  const Speed& s = speed(now);
  return datagram_ + s.rate * (now - std::max(free_, now - s.credit));
}

void Pacer::on_sent(Time now, DataSize size) {
  const Speed& s = speed(now);
  free_ = std::max(free_, now - s.credit) + std::min(size / s.rate, Duration(1s));
  spent_ = free_ > now;
  if (in_train(now)) train_ -= size;
}

/// The virtual clock may lag so much that what leaves at once is 1 ms at the rate, or one datagram, and a
/// run.
Pacer::Speed Pacer::at_rate(DataRate rate, DataSize run) const {
  const DataSize saved = std::max(run - datagram_, DataSize::zero());  // one may leave at any time
  const Duration turn = datagram_ / rate, saving = std::min(saved / rate, longest_saving);
  const Duration burst =
      turn < burst_time ? std::max(burst_time - turn, std::min(turn, forgiven_lateness)) : forgiven_lateness;
  return {rate, saving, burst + saving};
}

}  // namespace avocet::rate
