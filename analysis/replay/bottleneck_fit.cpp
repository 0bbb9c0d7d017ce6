#include "analysis/replay/bottleneck_fit.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <vector>

namespace avocet::analysis {

Bottleneck::Explained Bottleneck::explain(Passages packets, double free_at) const {
  Explained out{0, free_at};
  double departs = free_at;
  for (const Passage& p : packets) {
    departs = std::max(p.sent, departs) + p.bits / rate;
    if (!p.arrived) continue;
    out.cost += std::abs(p.received - delay - departs);
    out.free_at = p.received - delay;
  }
  return out;
}

BottleneckFit fit_bottleneck(Passages packets, double free_at, double delay) {
  constexpr double slowest = 1e3, fastest = 1e9, step = 1.04, fine = 1.005;
  BottleneckFit out{.begins = std::max(packets.front().sent, free_at)};
  const auto cost = [&](double rate) { return Bottleneck{rate, delay}.explain(packets, free_at).cost; };
  double best = std::numeric_limits<double>::infinity();
  std::vector<std::pair<double, double>> tried;
  const auto attempt = [&](double rate) {
    tried.emplace_back(rate, cost(rate));
    if (tried.back().second < best) best = tried.back().second, out.rate = rate;
  };
  for (double rate = slowest; rate < fastest; rate *= step) attempt(rate);
  const double around = out.rate;
  for (double rate = around / step; rate < around * step; rate *= fine) attempt(rate);

  // A fiftieth of the noise, and 20 us for each packet, which clocks and kernels add anyway.
  const double enough = best * 1.02 + 20e-6 * static_cast<double>(packets.size());
  out.lower = out.upper = out.rate;
  for (const auto& [rate, value] : tried) {
    if (value > enough) continue;
    out.lower = std::min(out.lower, rate);
    out.upper = std::max(out.upper, rate);
  }
  if (!out.known()) out.rate = out.lower;
  out.explained = Bottleneck{out.rate, delay}.explain(packets, free_at);
  return out;
}

bool BottleneckFit::agrees_with(const Bottleneck& other, Passages packets, double free_at) const {
  const double cost = other.explain(packets, free_at).cost;
  return cost <= 1.25 * explained.cost + 300e-6 * static_cast<double>(packets.size());
}

}  // namespace avocet::analysis
