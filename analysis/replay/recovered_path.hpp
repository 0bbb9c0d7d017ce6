#pragma once

#include <vector>

#include "analysis/replay/bottleneck_fit.hpp"
#include "analysis/replay/loss_steps.hpp"

namespace avocet::analysis {

/// One direction of a path, as its packets tell. Times are seconds since the beginning of the capture.
struct RecoveredPath {
  struct Step {
    double at = 0;
    double rate = 0;     ///< bit/s of IP packets
    bool known = false;  ///< else the path may carry more
  };
  struct Outage {
    double from = 0, until = 0;
  };
  std::vector<Step> capacity;    ///< ascending
  double delay = 0;              ///< s, of a packet that nothing holds up, without its own serialisation
  double jitter = 0;             ///< s, standard deviation
  double loss = 0;               ///< share of the packets that neither a full queue nor an outage has lost
  double loss_run = 1;           ///< packets lost in a row, on average
  std::vector<LossStep> losses;  ///< `loss` over time, where it changed
  double queue = 0;              ///< s of waiting at which packets were lost; 0: it never was full
  double longest_wait = 0;       ///< s in the queue
  double most_waiting = 0;       ///< bits in the queue
  std::vector<Outage> outages;
  double known_share = 0;  ///< of the time, in which the capacity is known
};

/// What a bottleneck with a queue in front, and a medium behind it, must have been for these packets, in the
/// order in which they were sent, to have come when they did. The rate is searched for each 25 to
/// 200 ms, as the noise allows; what one rate explains is one step. Empty without a packet that arrived.
RecoveredPath recover_path(const std::vector<Passage>&);

}  // namespace avocet::analysis
