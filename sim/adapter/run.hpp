#pragma once

#include <cstdint>
#include <functional>
#include <vector>

#include "sim/adapter/outside.hpp"
#include "sim/experiment/experiment.hpp"
#include "sim/observe/observer.hpp"
#include "sim/record/flow_record.hpp"

namespace avocet::sim {

struct RunOptions {
  std::uint64_t seed = 1;
  /// Called about every simulated second with the simulated time; for progress.
  std::function<void(Duration)> progress;
  /// With any, the simulation runs by the clock on the wall.
  std::vector<Outside> outside;
  std::function<bool()> stop;        ///< asked every now and then in real time: whether to end early
  std::vector<Observer*> observers;  ///< in the order in which they are told
};

struct RunResult {
  std::vector<FlowRecord> flows;        ///< in the order of the experiment
  Duration lag{};                       ///< in real time: most that it was behind the clock
  std::uint64_t hash = 0;               ///< see TraceHash
  std::vector<std::string> violations;  ///< see Invariants; the simulation ended at the first
};

/// Runs an experiment from beginning to end. ns-3 has one simulator per process: one run at a time.
/// Traces that depend on the seed must have been drawn (draw_traces).
RunResult run(const Experiment&, const RunOptions&);

}  // namespace avocet::sim
