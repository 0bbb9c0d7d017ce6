#pragma once

#include <functional>
#include <string>
#include <vector>

#include "protocol/base/units.hpp"
#include "sim/record/flow_record.hpp"

namespace avocet::sim {

/// Of a set of durations, in seconds. All zero when there are none.
struct Distribution {
  double p50 = 0, p95 = 0, p99 = 0, max = 0;
};
Distribution distribution(std::vector<double> values);

/// The measures of RFC 8868 of one flow of media.
struct FlowSummary {
  std::string name;
  double utilization = 0;  ///< wire bits over the integral of min(capacity, most that the source makes)
  double sending_rate = 0, receiving_rate = 0;  ///< bit/s into and out of the bottleneck
  double rate_variation = 0;                    ///< of the latter in 200 ms: standard deviation over mean
  double goodput = 0;                           ///< bit/s of frames that were decodable in time
  Distribution queue_delay, frame_delay;
  double loss_before_repair = 0, loss_after_repair = 0;
  double repair_overhead = 0;  ///< bytes of retransmissions and parity per byte of media
  std::uint64_t packets_sent = 0, packets_lost = 0;
  double time_to_first_frame = -1;  ///< seconds; less than zero when there was none
  std::uint64_t frames_sent = 0, frames_delivered = 0, frames_late = 0;
  std::uint64_t freeze_count = 0;
  double total_freezes_duration = 0;
  std::uint64_t rendition_switches = 0;
  /// Seconds until 90 % of what the source can fill is used, after each upward step of the capacity; less
  /// than zero when it never was before the next step.
  std::vector<double> step_times;
};

/// The capacity of the bottleneck at an instant since the simulation began.
using Capacity = std::function<DataRate(Duration)>;

FlowSummary summarize(const FlowRecord&, const Capacity&, const std::vector<Duration>& steps);

/// Wire rate of a flow in bins of `width` from its start on.
std::vector<DataRate> wire_rate(const FlowRecord&, Duration width);

/// Jain's index over windows of `width`, on average over those in which all flows run; 1 when there is none.
double fairness(const std::vector<const FlowRecord*>&, Duration width);

/// Jain's index of fairness: 1 when all are equal, 1/n when one has everything.
double jain(const std::vector<double>& shares);

}  // namespace avocet::sim
