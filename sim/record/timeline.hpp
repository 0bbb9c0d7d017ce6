#pragma once

#include <vector>

#include "sim/record/summary.hpp"

namespace avocet::sim {

/// One flow of media in one stretch of time. Rates are in bit/s, delays in seconds; a delay is less than zero
/// where nothing was there to measure.
struct TimelineRow {
  double time = 0;  ///< seconds since the simulation began, at the beginning of the stretch
  double capacity = 0, sending = 0, receiving = 0, goodput = 0, target = 0, wanted = 0;
  double queue_delay = -1, queue_delay_max = -1;
  double frame_delay_max = -1;
  std::uint64_t packets_lost = 0, frames_sent = 0, frames_delivered = 0, frames_late = 0;
  std::uint64_t freeze_count = 0;  ///< since the flow began
  double rtt = 0, repair_share = 0;
  double buffered = 0;  ///< seconds of media that the viewer has and has not shown, at the stretch's end
  std::size_t rendition = 0;  ///< index into FlowRecord::renditions, plus 1; 0: none yet
};

/// A flow from its start to its stop, in stretches of `grain`; RFC 8868 wants 200 ms.
std::vector<TimelineRow> timeline(const FlowRecord&, const Capacity&, Duration grain = 200ms);

}  // namespace avocet::sim
