#include "sim/campaign/comparison.hpp"

#include <algorithm>
#include <cmath>

namespace avocet::sim {
namespace {

constexpr double unlikely = 0.05;

/// Of `n` fair coins, at least `k` (more than half) show the same side.
double sign_test(std::size_t k, std::size_t n) {
  double all = 0;
  double ways = std::pow(0.5, static_cast<double>(n));  // of n heads
  for (std::size_t heads = n;; --heads) {
    if (heads < k) break;
    all += ways;
    if (heads == 0) break;
    ways *= static_cast<double>(heads) / static_cast<double>(n - heads + 1);
  }
  return std::min(1.0, 2 * all);
}

Difference difference(const FlowResults& flow, const Shown& shown, const Spread& a, const Spread& b) {
  Difference d{.point = flow.point, .flow = flow.flow, .shown = shown};
  Spread before, after;
  for (const auto& [seed, value] : a.values) {
    const auto other = b.values.find(seed);
    if (other == b.values.end()) continue;
    before.values[seed] = value, after.values[seed] = other->second;
    if (other->second == value) continue;
    ++((other->second > value) == shown.more_is_better ? d.better : d.worse);
  }
  d.before = before.median(), d.after = after.median();
  if (d.better + d.worse > 0) d.chance = sign_test(std::max(d.better, d.worse), d.better + d.worse);
  return d;
}

/// A point by what tells it apart within its campaign: a setting that all points share is what the two
/// campaigns may differ in.
Point told_apart(const Results& results, const Point& point) {
  Point out{point.scenario, {}};
  for (const auto& setting : point.settings) {
    const bool shared = std::ranges::all_of(results.flows(), [&](const FlowResults& flow) {
      return std::ranges::find(flow.point.settings, setting) != flow.point.settings.end();
    });
    if (!shared) out.settings.push_back(setting);
  }
  return out;
}

const FlowResults* counterpart(const Results& before, const FlowResults& flow, const Results& after) {
  const Point wanted = told_apart(before, flow.point);
  const auto found = std::ranges::find_if(after.flows(), [&](const FlowResults& other) {
    return other.flow == flow.flow && told_apart(after, other.point) == wanted;
  });
  return found == after.flows().end() ? nullptr : &*found;
}

}  // namespace

bool Difference::clear() const {
  return chance < unlikely && value_text(shown, before) != value_text(shown, after);
}

std::vector<Difference> compare(const Results& before, const Results& after) {
  std::vector<Difference> all;
  for (const FlowResults& flow : before.flows()) {
    const FlowResults* other = counterpart(before, flow, after);
    if (other == nullptr) continue;
    for (const Shown& shown : shown_figures) {
      const auto a = flow.figures.find(std::string(shown.figure));
      const auto b = other->figures.find(std::string(shown.figure));
      if (a != flow.figures.end() && b != other->figures.end()) {
        all.push_back(difference(flow, shown, a->second, b->second));
      }
    }
  }
  return all;
}

}  // namespace avocet::sim
