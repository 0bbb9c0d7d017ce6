#include "protocol/rate/delay_loss.hpp"

#include <algorithm>
#include <cmath>

namespace avocet::rate {

namespace {

/// A queue above this, or above what the jitter of the path explains, is one that stands.
constexpr Duration standing_queue = 10ms;
/// Three packets in a row later than this are a rise, without waiting for an average.
constexpr Duration sudden_queue = 20ms;
/// Share of the measured capacity that is used: what is left over drains small queues.
constexpr double utilisation = 0.975;
/// Of what arrives while a queue stands: a little less, so that it drains.
constexpr double kept_of_arrival = 0.97;
constexpr Duration steady_probe_interval = 900ms;
constexpr Duration unclear_probe_interval = 150ms;
/// A train without room adds this much queue at the most, while the rate is believed to be right, or searched
/// for.
constexpr Duration steady_train_queue = 18ms, search_train_queue = 40ms;
constexpr std::size_t train_least_packets = 6;
constexpr std::int64_t train_most_padding = 20;
/// Bytes of probing that were not media, per byte sent.
constexpr double extra_share = 0.2;
constexpr double most_budget = 60'000;
constexpr double heavy_loss = 0.18;
/// Of a packet that takes longer because the path became slower. A rate that fell for other reasons must not
/// hide a queue.
constexpr Duration most_allowance = 15ms;
/// Of a source with a ceiling.
constexpr double pacing_headroom = 2;
/// A rate that fell by more is tried again as soon as the queue is gone, at most so many times as fast.
constexpr double worth_recovering = 1.1, most_recovery_gain = 2;
/// And with so many times as much padding.
constexpr double most_recovery_padding = 4;
constexpr Duration contention_memory = 3s;
constexpr unsigned most_silences = 8;
constexpr Duration ack_slack = 75ms;
constexpr std::int64_t typical_datagram = 1200;

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
    const double recovery = std::clamp(goal_ / rate_, 1.0, most_recovery_padding);
    budget_ = std::min(most_budget, budget_ + extra_share * recovery * static_cast<double>(size));
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
  const Duration packet = DataSize::bytes(typical_datagram) / rate_;
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
  const std::int64_t usual = std::max(run_, usual_run_) / typical_datagram;
  const std::int64_t most =
      std::clamp(backlog ? usual : 0, train_most_padding, std::int64_t{Train::max_packets});
  const std::int64_t packets =
      std::clamp((fast * length).bytes() / typical_datagram, std::int64_t{train_least_packets}, most);
  const Probe probe{fast, DataSize::bytes(packets * typical_datagram)};
  train_.begin(now, probe.rate, probe.size);
  const Duration lasts = probe.size / probe.rate;
  disturbed_from_ = now;
  disturbed_until_ = now + lasts + 100ms;
  relief_until_ = searching_ ? now : now + lasts + lasts / 2;
  next_probe_ = now + probe_interval();
  return probe;
}

void DelayLossController::set_weight(double weight) { config_.weight = std::clamp(weight, 0.1, 10.0); }

void DelayLossController::set_ceiling(DataRate ceiling) { ceiling_ = ceiling; }

DataRate DelayLossController::target_rate() const { return rate_; }

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
         DataSize::bytes(10 * typical_datagram);
}

Duration DelayLossController::queue_delay() const {
  return std::max(Duration::zero(), std::min(delay_.queue(), delay_.last()));
}

/// Recent retreats. Flows that share a path retreat every second or so: then trains keep their distance,
/// whatever the round trip.
double DelayLossController::contention(Time now) const {
  return contention_ * std::exp(-to_seconds(now - retreated_at_) / to_seconds(contention_memory));
}

/// What a train may add to the queue: enough to tell from jitter.
Duration DelayLossController::train_queue() const {
  return std::max(searching_ ? search_train_queue : steady_train_queue, 4 * delay_.block_noise());
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

Duration DelayLossController::queue_limit() const {
  return std::max({standing_queue, delay_.noise() * 3 / 2, delay_.block_noise() * 7 / 2});
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
    const double fell = goal_ / rate_;
    const bool recovering = fell > worth_recovering;
    gain_ = searching_ ? 2 : recovering ? std::min(fell, most_recovery_gain) : contended ? 1.25 : 1.5;
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

void DelayLossController::watch_queue(Time now, bool new_block) {
  if (draining_) drain(now);
  const Duration limit = queue_limit();
  const Duration own = calm(newest_sent_) ? Duration::zero()
                       : searching_       ? search_train_queue
                                          : steady_train_queue;
  // A block that began while the queue drained tells of what was.
  const bool fresh = now - drained_ >= 2 * DelayEstimator::block;
  if (new_block) standing_blocks_ = fresh && delay_.queue() > limit ? standing_blocks_ + 1 : 0;
  const bool sudden = delay_.risen(std::max(sudden_queue, delay_.noise() * 4), own);
  const bool standing = new_block && fresh && (standing_blocks_ >= 2 || delay_.queue() > 2 * limit);
  if (sudden || standing) retreat(now, std::max(delay_.queue(), delay_.floor()), sudden);
}

/// While a queue drains it still arrives at our share of the path: the best measurement there is, and the
/// rate to go on with.
void DelayLossController::drain(Time now) {
  if (busy_) {
    const auto arriving = delivery_.over(150ms);
    if (arriving && delivery_.newest_us() - busy_since_us_ > 100'000) {
      drained_at_ =
          std::max(drained_at_, arriving->rate * (kept_of_arrival / (1 - std::min(loss_.medium(), 0.3))));
    }
  }
  if (now < drain_until_ && (newest_sent_ <= retreat_sent_ || delay_.floor() > queue_limit() / 2)) return;
  draining_ = false;
  drained_ = now;
  competition_.on_drained(delay_.floor() <= queue_limit());
  set_rate(std::max(rate_, std::min(drained_at_, proven_ * 0.97)));
  const double fell = goal_ / rate_;
  if (fell > worth_recovering) gain_ = std::min(fell, most_recovery_gain);
  next_probe_ = std::max(next_probe_, now + (fell > worth_recovering ? 100ms : 400ms));
}

/// Falls to a little less than what arrives while the queue stands, which is our share of the path. Where
/// everything arrives as fast as it was sent, the queue only stands and needs no more than draining.
void DelayLossController::retreat(Time now, Duration queue, bool sudden) {
  const bool again = newest_sent_ <= retreat_sent_;  // these packets left before we retreated: the same event
  if (again ? !sudden : draining_) return;
  if (!again) {
    proven_ = competition_.last_retreat_failed() ? std::max(rate_, proven_) : rate_;
    goal_ = std::max(goal_, rate_);
    competition_.on_retreat(rate_);
  }
  const Duration busy =
      std::chrono::microseconds(std::max<std::int64_t>(0, delivery_.newest_us() - busy_since_us_));
  const auto arriving = delivery_.over(std::clamp<Duration>(busy_ ? busy : 150ms, 50ms, 150ms));
  const double severity = std::clamp(to_seconds(queue - standing_queue) / 0.04, 0.0, 1.0);
  // The first packets after an outage tell only that there was one: once is enough.
  DataRate share = rate_ * (arriving || !sudden ? 0.98 : again ? 1 : 0.7);
  if (arriving) {
    // Jitter alone may have stretched the arrivals by as much as it moves one packet.
    const double doubt = std::min(0.5, to_seconds(delay_.noise()) / to_seconds(arriving->span));
    const double kept =
        (kept_of_arrival - 0.08 * severity) / (1 - std::min(loss_.medium(), 0.3)) * (1 + doubt);
    if (arriving->stretch > 1.03) {
      share = std::min(share, arriving->rate * kept);
      unmoved_ = 0;
    } else if (!again && !sudden && ++unmoved_ > 3) {  // nothing that we do changes it: it is not ours
      unmoved_ = 0;
      contention_ = 0;
      next_probe_ = now;
      return delay_.rebase();
    }
  }
  // A slow rise is a small excess, whatever the noisy measure says.
  if (!sudden) share = std::max(share, rate_ * (0.95 - 0.3 * severity));
  share = std::min(rate_, share);
  if (!sudden && contention(now) > 1.2 && config_.weight > 1)
    share = rate_ - (rate_ - share) * (1 / config_.weight);
  set_rate(share);
  // What was sent since then will make the queue longer by as much as arrivals are stretched.
  const double stretch = arriving ? std::clamp(arriving->stretch - 1, 0.0, 2.0) : 1;
  const Duration rises =
      sudden ? seconds_of(to_seconds(std::min<Duration>(round_trip(), 200ms)) * stretch) : Duration{};
  const double pace = std::clamp(1 - to_seconds(queue + rises) / 0.2, 0.3, 0.85);
  if (!again || pace < drain_factor_) {
    drain_factor_ = pace;
    drain_until_ = now + seconds_of(to_seconds(queue + rises) / (1 - drain_factor_)) + round_trip();
  }
  if (again) return;

  contention_ = contention(now) + 1;
  retreated_at_ = now;
  retreat_sent_ = std::max(last_sent_, newest_sent_);
  searching_ = false;
  gain_ = 1.25;
  train_.abandon();
  relief_until_ = {};
  draining_ = true;
  drained_at_ = {};
}

void DelayLossController::watch_loss(Time now) {
  if (loss_.recent() < heavy_loss) {
    heavy_loss_floor_ = {};
    return;
  }
  if (now - heavy_loss_at_ < std::max<Duration>(500ms, 2 * round_trip())) return;
  heavy_loss_at_ = now;
  // If it does not help, loss and rate have nothing to do with each other: stop at half.
  if (heavy_loss_floor_ == DataRate{}) heavy_loss_floor_ = rate_ * 0.5;
  const DataRate lower = rate_ * (1 - loss_.recent() / 2);
  if (lower < rate_) set_rate(std::max(lower, std::min(rate_, heavy_loss_floor_)));
  searching_ = false;
  gain_ = 1.25;
}

/// A mark is an early word of a queue: the rate falls with the share of marked packets (RFC 8257
/// section 3.3), once per round trip, and not below what arrives, which is our share of a path that has a
/// queue. What stands in the queue is drained by the pace. The queue of our own trains says nothing.
void DelayLossController::watch_marks(const Feedback& feedback) {
  if (acked_ == 0 || !calm(newest_sent_)) return;
  const double share =
      std::min(1.0, static_cast<double>(feedback.newly_marked) / static_cast<double>(acked_));
  marks_ += (share - marks_) / 16;
  if (share == 0 || newest_sent_ <= marked_sent_) return;  // sent before the last answer
  marked_sent_ = last_sent_;
  DataRate lower = rate_ * (1 - marks_ / 2);
  if (const auto arriving = delivery_.over(150ms)) lower = std::max(lower, arriving->rate * kept_of_arrival);
  set_rate(std::min(rate_, lower));
  relief_until_ = feedback.now + round_trip();
  searching_ = false;
  gain_ = 1.25;
}

void DelayLossController::watch_competition(Time now, bool new_block) {
  const Competition::Queue queue{delay_.queue(), delay_.floor(), queue_limit(), new_block};
  switch (competition_.watch(now, queue, round_trip(), drain_until_)) {
    case Competition::Change::none: break;
    case Competition::Change::mistaken: delay_.rebase(); break;
    case Competition::Change::begun:
      draining_ = searching_ = false;
      delay_.hold(true);
      set_rate(competition_.at_first(rate_));
      break;
    case Competition::Change::over:
      delay_.hold(false);
      next_probe_ = now;
      gain_ = 1.25;
      break;
  }
}

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

/// Flows that began together must not probe together, without drawing a random number.
Duration DelayLossController::probe_interval() const {
  const auto mixed =
      static_cast<std::uint64_t>(last_sent_.time_since_epoch().count()) * 0x9e3779b97f4a7c15ull;
  return steady_probe_interval + std::chrono::milliseconds(mixed >> 56);
}

}  // namespace avocet::rate
