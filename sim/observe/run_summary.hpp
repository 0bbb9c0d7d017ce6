#pragma once

#include <nlohmann/json_fwd.hpp>
#include <vector>

#include "sim/experiment/experiment.hpp"
#include "sim/record/timeline.hpp"

namespace avocet::sim {

struct RunFacts;

/// A flow of media in time, with what its bottleneck carries.
struct FlowTimeline {
  const FlowRecord* record = nullptr;
  std::vector<TimelineRow> rows;
};

/// Traffic that is not ours.
struct OtherFlow {
  std::string name, kind;
  double goodput = 0;  ///< bit/s
  const FlowRecord* record = nullptr;
};

/// A run as it is judged.
struct RunSummary {
  std::vector<FlowSummary> media;       ///< those that a bottleneck was found for
  std::vector<FlowTimeline> timelines;  ///< of the same
  std::vector<OtherFlow> others;
  double fairness_1s = 1, fairness_5s = 1, fairness_20s = 1;  ///< over the flows of media
};

/// The records must outlive it.
RunSummary summarize_run(const Experiment&, const std::vector<FlowRecord>&);

/// summary.json.
nlohmann::ordered_json to_json(const Experiment&, const RunSummary&, const RunFacts&);

}  // namespace avocet::sim
