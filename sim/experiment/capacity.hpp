#pragma once

#include <cstdint>
#include <functional>
#include <vector>

#include "sim/experiment/experiment.hpp"

namespace avocet::sim {

/// Gives each direction that is `cellular` its trace of this seed; they differ from each other.
void draw_traces(Experiment&, std::uint64_t seed);

/// What a direction carries at an instant since the simulation began. A trace's opportunities are summed over
/// a tenth of a second around it: shorter gaps are what queues are for.
std::function<DataRate(Duration)> capacity_of(const Direction&);

/// When the capacity steps, ascending; a trace has no steps.
std::vector<Duration> steps_of(const Direction&);

}  // namespace avocet::sim
