#pragma once

#include <vector>

#include "protocol/rate/competition.hpp"
#include "protocol/rate/controller.hpp"
#include "protocol/rate/delay_estimator.hpp"
#include "protocol/rate/delivery_rate.hpp"
#include "protocol/rate/loss_estimator.hpp"
#include "protocol/rate/queue_fall.hpp"
#include "protocol/rate/run_length.hpp"
#include "protocol/rate/train.hpp"

namespace avocet::rate {

/// Keeps the path full and its queue empty. What the path carries is measured, not searched: while a queue
/// stands, the rate of arrival is our share of it; while none stands, short trains somewhat faster than the
/// rate show by the slope of their delays how much more would fit. A standing queue makes the rate fall below
/// what arrives and is drained. Random loss without a queue changes nothing. Where others hold the queue up
/// in spite of our retreat, loss governs for a while, as it governs them.
class DelayLossController final : public Controller {
 public:
  DelayLossController(const ControllerConfig&, Time now);

  void on_sent(Time now, PacketNumber, std::size_t size, bool more) override;
  void on_result(const PacketResult&) override;
  void on_feedback(const Feedback&) override;
  std::optional<Time> timer() const override;
  void on_timer(Time now) override;
  std::optional<Probe> take_probe(Time now) override;
  void set_weight(double weight) override;
  void set_ceiling(DataRate ceiling) override;

  DataRate target_rate() const override;
  DataRate pacing_rate() const override;
  DataSize run_length() const override { return run_length_.allowed(); }
  DataSize window() const override;
  Duration queue_delay() const override;
  double loss_rate() const override { return loss_.recent(); }

  /// Loss governs, because others hold the queue up.
  bool competing() const { return competition_.active(); }

 private:
  void take_results(Time now);
  bool calm(Time sent) const;
  Duration queue_limit() const;
  double contention(Time now) const;
  Duration train_queue() const;
  void learn_from_train(Time now);
  void watch_queue(Time now, bool new_block);
  void drain(Time now);
  bool drains_on(Time now);
  void retreat(Time now, Duration queue, bool sudden);
  void watch_loss(Time now);
  void watch_marks(const Feedback&);
  void watch_competition(Time now, bool new_block);
  void set_rate(DataRate rate);
  DataRate most_useful() const;
  Duration round_trip() const;
  double recovery(double most) const;
  Duration probe_interval() const;

  ControllerConfig config_;
  DataRate ceiling_ = DataRate::infinite();
  DataRate rate_;

  DelayEstimator delay_;
  DeliveryRate delivery_;
  WindowedMin<Duration, 10> least_packet_{1s, Duration::max()};  // time of a packet on the path, at the rate
  LossEstimator loss_;
  RunLength run_length_;
  Train train_;
  std::vector<PacketResult> results_;  // of the acknowledgement at hand
  Duration smoothed_rtt_{}, min_rtt_{};
  std::size_t bytes_in_flight_ = 0;
  Time last_feedback_, newest_sent_{};
  std::int64_t busy_since_us_ = 0;  // arrival from which on every packet had queued
  bool busy_ = false;

  // growth
  bool searching_ = true;  // trains follow each other, ever faster
  int unclear_ = 0;        // trains in a row that did not tell
  DataRate proven_;        // what the path carried before the last change of mind
  double gain_ = 2;        // of the next train
  Time next_probe_;
  Time disturbed_from_{}, disturbed_until_{};  // our own train lengthens delays of what is sent in between
  Time relief_until_{};                        // pacing slower after a train
  double budget_ = 30'000;                     // bytes of probing that no media filled

  // retreat
  bool draining_ = false;
  double drain_factor_ = 1;
  Time drained_{};
  DataRate goal_;          // what the path carried before it was crowded, until a train denies it
  DataRate drained_at_;    // the fastest arrival while draining
  double part_ = 1;        // of the path that is ours
  double contention_ = 0;  // retreats, the older the less
  Time retreated_at_{}, drain_until_{}, retreat_sent_{};
  int standing_blocks_ = 0, unmoved_ = 0;
  Time marked_sent_{};  // newest packet when marks were answered last
  double marks_ = 0;
  Time heavy_loss_at_{};
  DataRate heavy_loss_floor_;
  std::optional<Time>
      newest_lost_;        // of the packets that the acknowledgement at hand reports: when it was sent
  std::size_t acked_ = 0;  // by the acknowledgement at hand

  Competition competition_;
  bool testing_ = false;  // whether the queue falls because of us
  QueueFall fall_;

  // the source
  Time last_sent_{}, last_waiting_{};
  bool waiting_ = false;
  std::int64_t run_ = 0, usual_run_ = 0;  // bytes sent without a pause for lack of more: now, and as a rule
  unsigned silences_ = 0;
  DataRate heard_;  // the rate before the silence
};

}  // namespace avocet::rate
