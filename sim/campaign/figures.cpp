#include "sim/campaign/figures.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

namespace avocet::sim {

std::string value_text(const Shown& shown, double value) {
  if (std::isnan(value)) return "";
  if (std::isinf(value)) return "never";
  return fmt::format("{:.{}f}", value * shown.factor, shown.decimals);
}

std::string spread_text(const Shown& shown, const Spread& spread) {
  const std::string median = value_text(shown, spread.median());
  const std::string low = value_text(shown, spread.p5()), high = value_text(shown, spread.p95());
  if (spread.values.size() < 2 || low == high) return median;
  return fmt::format("{} ({}–{})", median, low, high);
}

std::vector<Shown> present(const Results& results) {
  std::vector<Shown> found;
  for (const Shown& shown : shown_figures) {
    const bool any = std::ranges::any_of(results.flows(), [&](const FlowResults& flow) {
      return flow.figures.contains(std::string(shown.figure));
    });
    if (any) found.push_back(shown);
  }
  return found;
}

}  // namespace avocet::sim
