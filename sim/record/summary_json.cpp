#include "sim/record/summary_json.hpp"

#include <nlohmann/json.hpp>

namespace avocet::sim {
namespace {

using nlohmann::ordered_json;

ordered_json to_json(const Distribution& d) {
  return {{"p50", d.p50}, {"p95", d.p95}, {"p99", d.p99}, {"max", d.max}};
}

ordered_json unless_negative(double value) { return value < 0 ? ordered_json(nullptr) : ordered_json(value); }

}  // namespace

ordered_json to_json(const FlowSummary& s) {
  ordered_json steps = ordered_json::array();
  for (const double time : s.step_times) steps.push_back(unless_negative(time));
  return {{"name", s.name},
          {"utilization", s.utilization},
          {"sendingRate", s.sending_rate},
          {"receivingRate", s.receiving_rate},
          {"rateVariation", s.rate_variation},
          {"goodput", s.goodput},
          {"queueDelay", to_json(s.queue_delay)},
          {"frameDelay", to_json(s.frame_delay)},
          {"packetsSent", s.packets_sent},
          {"packetsLost", s.packets_lost},
          {"lossBeforeRepair", s.loss_before_repair},
          {"lossAfterRepair", s.loss_after_repair},
          {"repairOverhead", s.repair_overhead},
          {"framesSent", s.frames_sent},
          {"framesDelivered", s.frames_delivered},
          {"framesLate", s.frames_late},
          {"freezeCount", s.freeze_count},
          {"totalFreezesDuration", s.total_freezes_duration},
          {"renditionSwitches", s.rendition_switches},
          {"timeToFirstFrame", unless_negative(s.time_to_first_frame)},
          {"stepTimes", std::move(steps)}};
}

}  // namespace avocet::sim
