#include "protocol/rate/delay_loss.hpp"

#include <algorithm>
#include <cmath>
#include <utility>

#include "protocol/rate/delay_loss_limits.hpp"

namespace avocet::rate {

namespace {

/// Three packets in a row later than this are a rise, without waiting for an average.
constexpr Duration sudden_queue = 20ms;
/// Of what arrives while a queue stands: a little less, so that it drains.
constexpr double kept_of_arrival = 0.97;
constexpr double heavy_loss = 0.18;
constexpr Duration contention_memory = 3s;
/// How slow to be to find out who holds a queue up. It falls because of us if it does so by more than this
/// part of what it would were we alone.
constexpr double test_pace = 0.3, least_part = 0.08;
/// Seconds per second that are no more than chance, and a pace that is low enough for any answer.
constexpr double least_fall = 0.015, least_test_pace = 0.2;
constexpr Duration longest_drain = 8s;
/// Beside traffic that does not listen, what arrives is more than our share: how much of the difference is
/// taken up again, and how much faster the next trains may be.
constexpr double believed_after_test = 0.5, most_after_test = 1.3;

}  // namespace

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

Duration DelayLossController::queue_limit() const {
  return std::max({standing_queue, delay_.noise() * 3 / 2, delay_.block_noise() * 7 / 2});
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
  testing_ = false;
}

/// Recent retreats. Flows that share a path retreat every second or so: then trains keep their distance,
/// whatever the round trip.
double DelayLossController::contention(Time now) const {
  return contention_ * std::exp(-to_seconds(now - retreated_at_) / to_seconds(contention_memory));
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
  // An idle source is told nothing of what became of the queue that it left.
  const bool told = newest_sent_ > retreat_sent_ && now - newest_sent_ < 2 * round_trip();
  if (told && drains_on(now)) return;
  draining_ = false;
  drained_ = now;
  const bool gone = delay_.floor() <= queue_limit(), tested = std::exchange(testing_, false);
  competition_.on_drained(gone, tested);
  const DataRate back = std::max(rate_, std::min(drained_at_, proven_ * 0.97));
  if (gone || !told) set_rate(tested ? rate_ + (back - rate_) * believed_after_test : back);
  if (gone && tested) goal_ = std::min(goal_, rate_ * most_after_test);
  const double faster = recovery(most_recovery_gain);
  const bool recovering = faster > worth_recovering;
  if (recovering) gain_ = faster;
  next_probe_ = std::max(next_probe_, now + (recovering ? 100ms : 400ms));
}

/// A queue that still stands after the time in which it should have emptied is held up by traffic that
/// listens to the path, which takes up what we leave, or shared with traffic that does not: then it falls on,
/// only slower. Decided at a pace that must tell, and if it hardly does, at half of it.
bool DelayLossController::drains_on(Time now) {
  if (delay_.floor() <= queue_limit() || now - retreated_at_ > longest_drain) return false;
  if (rate_ <= config_.least) return false;  // nobody would notice a slower pace
  const double pace = testing_ ? drain_factor_ : std::min(drain_factor_, test_pace);
  const std::optional<double> speed = testing_ ? fall_.speed() : std::nullopt;
  const bool slow = speed && *speed < least_part * (1 - pace);
  if (slow && (*speed < least_fall || pace < least_test_pace)) return false;
  if (!testing_ || slow) {
    drain_factor_ = slow ? pace / 2 : pace;
    fall_.begin(last_sent_, round_trip() * 5 / 4);
  }
  testing_ = true;
  drain_until_ = now + DelayEstimator::block;
  return true;
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
      draining_ = testing_ = searching_ = false;
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

}  // namespace avocet::rate
