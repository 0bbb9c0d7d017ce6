#include "sim/experiment/capacity.hpp"

#include "sim/link/schedule.hpp"

namespace avocet::sim {
namespace {

constexpr Duration window = 100ms;

}  // namespace

void draw_traces(Experiment& experiment, std::uint64_t seed) {
  std::uint64_t where = 0;
  for (Link& link : experiment.links) {
    for (Direction* d : {&link.forward, &link.back}) {
      if (d->cellular) d->trace = link::make_trace(*d->cellular, d->cellular_length, seed * 1000 + where);
      ++where;
    }
  }
}

std::function<DataRate(Duration)> capacity_of(const Direction& d) {
  if (d.trace) {
    return [trace = *d.trace](Duration at) {
      const Duration from = at / window * window;
      return trace.capacity(from, from + window) / window;
    };
  }
  return [schedule = link::Schedule(d.path.rate)](Duration at) { return schedule.at(at); };
}

std::vector<Duration> steps_of(const Direction& d) {
  std::vector<Duration> steps;
  if (d.trace) return steps;
  for (const link::RateStep& step : d.path.rate) steps.push_back(step.at);
  return steps;
}

}  // namespace avocet::sim
