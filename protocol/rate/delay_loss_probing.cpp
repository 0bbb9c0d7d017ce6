#include "protocol/rate/delay_loss.hpp"

#include <algorithm>

#include "protocol/rate/delay_loss_limits.hpp"

namespace avocet::rate {

namespace {

/// Share of the measured capacity that is used: what is left over drains small queues.
constexpr double utilisation = 0.975;
constexpr Duration steady_probe_interval = 900ms;
constexpr Duration unclear_probe_interval = 150ms;
constexpr std::size_t train_least_packets = 6;
constexpr std::int64_t train_most_padding = 20;

}  // namespace

std::optional<Probe> DelayLossController::take_probe(Time now) {
  if (competition_.active() || draining_ || silences_ > 0 || now < next_probe_ ||
      train_.state() != Train::State::idle)
    return std::nullopt;
  if (rate_ >= most_useful() || min_rtt_ == Duration::zero()) return std::nullopt;
  const bool backlog = waiting_ && now - last_sent_ < 20ms;
  const bool alive = now - last_waiting_ < 1s;  // who sends no more than a packet at a time needs no rate
  const bool overdue = now - next_probe_ > (searching_ ? 250ms : 200ms);
  if (!backlog && !(alive && overdue && budget_ > 10'000)) return std::nullopt;
  if (budget_ < 0) return std::nullopt;

  const DataRate fast = rate_ * gain_;
  const Duration queue = train_queue();
  const Duration length = std::min<Duration>(seconds_of(to_seconds(queue) / (gain_ - 1)), 4 * queue + 8ms);
  // Beyond what the source has at a time a train is padding.
  const std::int64_t usual = std::max(run_, usual_run_) / datagram;
  const std::int64_t most =
      std::clamp(backlog ? usual : 0, train_most_padding, std::int64_t{Train::max_packets});
  const std::int64_t packets =
      std::clamp((fast * length).bytes() / datagram, std::int64_t{train_least_packets}, most);
  const Probe probe{fast, DataSize::bytes(packets * datagram)};
  train_.begin(now, probe.rate, probe.size);
  const Duration lasts = probe.size / probe.rate;
  disturbed_from_ = now;
  disturbed_until_ = now + lasts + 100ms;
  relief_until_ = searching_ ? now : now + lasts + lasts / 2;
  next_probe_ = now + probe_interval();
  return probe;
}

void DelayLossController::learn_from_train(Time now) {
  const std::optional<Train::Outcome> outcome = train_.take_outcome(now, round_trip());
  if (!outcome || draining_) return;
  const double gain = outcome->sent / rate_;
  if (gain < 1.06) {  // the source could not fill it: nothing learned
    next_probe_ = now + 200ms;
    return;
  }
  // Neighbouring delays move together, which the fit does not know.
  const double doubt = std::max(outcome->doubt, to_seconds(delay_.block_noise()) / to_seconds(outcome->span));
  const bool loses = loss_.train() > loss_.medium() + 0.08;
  const DataRate share = (loses ? outcome->arrived : outcome->carried) * utilisation;
  const bool room = outcome->slope + doubt / 2 < 0.4 * (gain - 1) && share > rate_ * 1.05;
  // Alone on a full path a train makes the delay rise by all that it is too fast, beside others by our part
  // of it.
  const bool contended = contention(now) > 1.2 && part_ < 0.75;
  const double weight = contended ? config_.weight : 1;
  if (!searching_) part_ += (std::clamp(outcome->slope / (gain - 1), 0.0, 1.5) - part_) / 6;
  if (room) {
    // The first good news may be luck: half of it, until the next train confirms. What the path has carried
    // before needs no second witness.
    const DataRate half = rate_ + (share - rate_) * std::min(1.0, contended ? weight / 2 : 0.5);
    set_rate(searching_ ? share : std::max(half, std::min(share, goal_)));
    if (!searching_) proven_ = rate_;
    const double faster = recovery(most_recovery_gain);
    const bool recovering = faster > worth_recovering;
    gain_ = searching_ ? 2 : recovering ? faster : contended ? 1.25 : 1.5;
    searching_ = searching_ || !contended;
    if (searching_ || recovering) next_probe_ = now;
    return;
  }
  goal_ = std::min(goal_, std::max(share, rate_));
  // Neither flat nor as steep as a full path makes it: ask again soon.
  const bool unclear = !contended && outcome->slope < 0.6 * (gain - 1) && ++unclear_ <= 2;
  if (unclear) {
    next_probe_ = now + unclear_probe_interval;
  } else {
    unclear_ = 0;
  }
  if (searching_) {
    set_rate(std::max(share, std::min(rate_, proven_)));
  } else {
    // Around the capacity every train is a noisy measurement of it.
    set_rate(rate_ + (share - rate_) * std::min(1.0, 0.3 * (share > rate_ ? weight : 1 / weight)));
  }
  searching_ = false;
  gain_ = 1.25;
}

/// What a train may add to the queue: enough to tell from jitter.
Duration DelayLossController::train_queue() const {
  return std::max(searching_ ? search_train_queue : steady_train_queue, 4 * delay_.block_noise());
}

/// How many times as fast as now the path was before it was crowded: 1 to `most`.
double DelayLossController::recovery(double most) const { return std::clamp(goal_ / rate_, 1.0, most); }

/// Flows that began together must not probe together, without drawing a random number.
Duration DelayLossController::probe_interval() const {
  const auto mixed =
      static_cast<std::uint64_t>(last_sent_.time_since_epoch().count()) * 0x9e3779b97f4a7c15ull;
  return steady_probe_interval + std::chrono::milliseconds(mixed >> 56);
}

}  // namespace avocet::rate
