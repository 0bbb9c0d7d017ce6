#include "protocol/rate/delay_loss.hpp"

#include <algorithm>

#include "protocol/rate/delay_loss_limits.hpp"

namespace avocet::rate {

namespace {

/// Bytes of probing that were not media, per byte sent.
constexpr double extra_share = 0.2;
constexpr double most_budget = 60'000;
/// Times as much while a rate is to be recovered.
constexpr double most_recovery_padding = 4;
/// Of a packet that takes longer because the path became slower. A rate that fell for other reasons must not
/// hide a queue.
constexpr Duration most_allowance = 15ms;
/// Of a source with a ceiling.
constexpr double pacing_headroom = 2;
constexpr unsigned most_silences = 8;
constexpr Duration ack_slack = 75ms;

}  // namespace

std::unique_ptr<Controller> make_controller(const ControllerConfig& config, Time now) {
  return std::make_unique<DelayLossController>(config, now);
}

DelayLossController::DelayLossController(const ControllerConfig& config, Time now)
    : config_(config), rate_(config.initial), last_feedback_(now), next_probe_(now) {}

void DelayLossController::on_sent(Time now, PacketNumber number, std::size_t size, bool more) {
  const bool in_train = train_.on_sent(now, number, size);
  if (in_train) {
    disturbed_until_ = now + 100ms;
    if (!more) budget_ -= static_cast<double>(size);
  } else {
    budget_ = std::min(most_budget,
                       budget_ + extra_share * recovery(most_recovery_padding) * static_cast<double>(size));
  }
  if (bytes_in_flight_ == 0) last_feedback_ = now;  // before this there was nothing to hear of
  bytes_in_flight_ += size;
  last_sent_ = now;
  waiting_ = more;
  run_ += static_cast<std::int64_t>(size);
  if (more) {
    last_waiting_ = now;
  } else {
    usual_run_ = std::max(run_, usual_run_ * 3 / 4);
    run_ = 0;
  }
}

void DelayLossController::on_result(const PacketResult& result) {
  if (result.spurious) loss_.on_spurious();
  results_.push_back(result);
}

void DelayLossController::on_feedback(const Feedback& feedback) {
  const Time now = feedback.now;
  smoothed_rtt_ = feedback.smoothed_rtt;
  min_rtt_ = feedback.min_rtt;
  bytes_in_flight_ = feedback.bytes_in_flight;
  last_feedback_ = now;
  if (silences_ > 0) set_rate(std::max(rate_, heard_ * 0.5));  // the path is back, most likely as it was
  silences_ = 0;
  const Duration packet = DataSize::bytes(datagram) / rate_;
  least_packet_.add(now, packet);
  delay_.allow(std::min(packet - least_packet_.min(), most_allowance));
  const std::uint64_t blocks = delay_.blocks();
  take_results(now);
  const bool new_block = delay_.blocks() != blocks;
  watch_marks(feedback);
  watch_competition(now, new_block);
  if (competition_.active()) {
    train_.abandon();
    set_rate(
        competition_.next_rate(now, {rate_, config_.weight, delay_.queue(), round_trip(), newest_lost_}));
    return;
  }
  learn_from_train(now);
  watch_queue(now, new_block);
  watch_loss(now);
}

std::optional<Time> DelayLossController::timer() const {
  if (bytes_in_flight_ == 0 || silences_ == most_silences || smoothed_rtt_ == Duration::zero())
    return std::nullopt;
  return last_feedback_ + (silences_ + 1) * std::max<Duration>(400ms, 3 * round_trip());
}

void DelayLossController::on_timer(Time now) {
  const std::optional<Time> due = timer();
  if (!due || now < *due) return;
  if (silences_ == 0) heard_ = rate_;
  ++silences_;
  set_rate(rate_ * 0.7);
  searching_ = true;
  gain_ = 1.5;
  train_.abandon();
}

void DelayLossController::set_weight(double weight) { config_.weight = std::clamp(weight, 0.1, 10.0); }

void DelayLossController::set_ceiling(DataRate ceiling) { ceiling_ = ceiling; }

/// While it is tested who holds a queue up for long, live frames should be made for the pace.
DataRate DelayLossController::target_rate() const {
  return testing_ ? std::max(rate_ * drain_factor_, config_.least) : rate_;
}

DataRate DelayLossController::pacing_rate() const {
  double factor = 1;
  if (competition_.active()) {
    factor = competition_.yields(last_sent_) ? 0.5 : 1;
  } else if (draining_) {
    factor = drain_factor_;
  } else if (last_sent_ < relief_until_) {
    factor = 0.8;
  } else if (last_sent_ - last_waiting_ > 15ms || !waiting_) {
    factor = 1.1;  // the source is the limit: let its frames go a little faster than they come
  }
  return std::max(rate_ * factor, config_.least);
}

DataSize DelayLossController::window() const {
  const Duration queue = competition_.active() ? std::max(smoothed_rtt_, min_rtt_) : Duration::zero();
  const double factor = searching_ ? 2 : 1.25;
  return rate_ * factor * (std::max<Duration>(min_rtt_, 10ms) + ack_slack + queue) +
         DataSize::bytes(10 * datagram);
}

Duration DelayLossController::queue_delay() const {
  return std::max(Duration::zero(), std::min(delay_.queue(), delay_.last()));
}

/// Hands the results of one acknowledgement, which come newest first, to the estimators in the order of
/// sending.
void DelayLossController::take_results(Time now) {
  std::ranges::reverse(results_);
  if (!std::ranges::is_sorted(results_, {}, &PacketResult::number))  // losses were told behind
    std::ranges::sort(results_, {}, &PacketResult::number);
  newest_lost_.reset();
  acked_ = 0;
  for (const PacketResult& r : results_) {
    const bool undisturbed = calm(r.sent);
    if (!r.spurious) loss_.on_packet(r.lost, undisturbed && !busy_, r.probe);
    if (r.lost) {
      run_length_.on_lost();
      train_.on_lost(r.number);
      newest_lost_ = r.sent;
      continue;
    }
    ++acked_;
    if (!r.arrival || r.sent < newest_sent_) continue;
    newest_sent_ = r.sent;
    delay_.on_packet(now, r.sent, *r.arrival, undisturbed);
    if (testing_) fall_.on_packet(r.sent, delay_.last());
    run_length_.on_arrival(r.sent, r.size, delay_.last());
    train_.on_arrival(r.number, r.sent, delay_.delay_of(r.sent, *r.arrival));
    delivery_.on_arrival(*r.arrival, r.sent, r.size);
    const bool queued = delay_.last() > standing_queue / 2;
    if (queued && !busy_) busy_since_us_ = *r.arrival;
    busy_ = queued;
  }
  results_.clear();
}

bool DelayLossController::calm(Time sent) const { return sent < disturbed_from_ || sent > disturbed_until_; }

void DelayLossController::set_rate(DataRate rate) {
  rate_ = std::clamp(rate, config_.least, std::max(most_useful(), config_.least));
}

/// Large frames and repair want to leave faster than the mean rate of the source: to be carried out in half
/// their time is worth knowing of a path, more is not. Among others who fill its queue nothing is gained by
/// it, and a rate that is not used would not fall when it should.
DataRate DelayLossController::most_useful() const {
  if (ceiling_.is_infinite()) return config_.most;
  return std::min(config_.most, ceiling_ * (competition_.active() ? 1.1 : pacing_headroom));
}

Duration DelayLossController::round_trip() const {
  return smoothed_rtt_ > Duration::zero() ? smoothed_rtt_ : Duration(100ms);
}

}  // namespace avocet::rate
