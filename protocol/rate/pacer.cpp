#include "protocol/rate/pacer.hpp"

#include <algorithm>
#include <bit>
#include <cstdint>

namespace avocet::rate {

namespace {

/// A wake-up that comes late may be made up for, as far as this.
constexpr Duration forgiven_lateness = 900us;
constexpr Duration burst_time = 1ms;
constexpr Duration longest_train = 500ms;
constexpr Duration longest_saving = 200ms;
/// Of a run that the path takes at once, and of a train: as good as single datagrams for what trains measure.
constexpr double part_of_train = 0.125;
/// A run waits for its beat at most this part of the time that it takes to save one up.
constexpr int runs_per_beat = 4;
constexpr Duration shortest_beat = 1ms;
/// Shorter ones are of slow paths, where what waits is worth more than a wake-up.
constexpr int least_run_for_beats = 16;  // datagrams

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

void Pacer::begin_train(Time now, DataRate rate, DataSize size, bool patient) {
  training_ = at_rate(rate, patient ? std::min(run_, size) * part_of_train : DataSize::zero());
  train_ = size;
  train_end_ = now + longest_train;
}

DataSize Pacer::budget(Time now) const {
  if (!can_send(now)) return {};
  const Speed& s = speed(now);
  return datagram_ + s.rate * (now - std::max(free_, now - s.credit));
}

void Pacer::on_sent(Time now, DataSize size, bool patient) {
  const Speed& s = speed(now);
  const Duration credit = patient ? s.credit + s.beat : s.credit;
  free_ = std::max(free_, now - credit) + std::min(size / s.rate, Duration(1s));
  if (sent_at_ != now) sent_at_ = now, sent_ = {};
  sent_ += size;
  // One more datagram than a run would be a write of its own.
  const bool whole_run = run_ > DataSize::zero() && sent_ + size > run_;
  spent_ = free_ > now || whole_run;
  if (in_train(now)) train_ -= size;
}

Time Pacer::on_beat(Time at, Duration beat) {
  if (beat == Duration::zero()) return at;
  const Duration since = at.time_since_epoch();
  return Time((since + beat - Duration(1)) / beat * beat);
}

/// The virtual clock may lag so much that what leaves at once is 1 ms at the rate, or one datagram, and a
/// run.
Pacer::Speed Pacer::at_rate(DataRate rate, DataSize run) const {
  const DataSize saved = std::max(run - datagram_, DataSize::zero());  // one may leave at any time
  const Duration turn = datagram_ / rate, saving = std::min(saved / rate, longest_saving);
  const Duration burst =
      turn < burst_time ? std::max(burst_time - turn, std::min(turn, forgiven_lateness)) : forgiven_lateness;
  if (run < datagram_ * least_run_for_beats) return {rate, saving, {}, burst + saving};
  // Powers of two: the beats of slow pacers are among those of fast ones.
  const auto steps = static_cast<std::uint64_t>(saving / (runs_per_beat * shortest_beat));
  const Duration beat = shortest_beat * static_cast<std::int64_t>(std::bit_floor(steps));
  return {rate, saving, beat, burst + saving};
}

}  // namespace avocet::rate
