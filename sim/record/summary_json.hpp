#pragma once

#include <nlohmann/json_fwd.hpp>

#include "sim/record/summary.hpp"

namespace avocet::sim {

/// Under the names of analysis/metrics/flow_metrics.hpp. What was never measured is null.
nlohmann::ordered_json to_json(const FlowSummary&);

}  // namespace avocet::sim
