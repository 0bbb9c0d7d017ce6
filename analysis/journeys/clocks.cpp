#include "analysis/journeys/clocks.hpp"

#include <algorithm>
#include <cmath>
#include <vector>

namespace avocet::analysis {
namespace {

double seconds_of_base(const Journey& journey) { return static_cast<double>(journey.base()) * 1e-9; }

/// The slope of the viewer's clock under which the delays of both directions are most likely, when what is
/// above the quickest way is exponential, of a mean that is the direction's own. The logarithm of a mean that
/// is linear in the slope has its minima where an edge of either hull is met.
double most_likely_skew(const LowerHull& down, const LowerHull& up) {
  constexpr double resolution = 1e-6;  // s, of what captures tell: no direction is quieter than that
  const auto surprise = [&](double skew) {
    return std::log(down.gap(skew) + resolution) + std::log(up.gap(-skew) + resolution);
  };
  std::vector<double> candidates = down.edges();
  for (const double edge : up.edges()) candidates.push_back(-edge);
  return candidates.empty() ? 0 : std::ranges::min(candidates, {}, surprise);
}

}  // namespace

Clocks Clocks::of(const Journey* down, const Journey* up) {
  Clocks out;
  if (down != nullptr && up != nullptr) {
    out.skew = most_likely_skew(down->hull(), up->hull());
    const double there = seconds_of_base(*down) + down->hull().lowest(out.skew);
    const double back = seconds_of_base(*up) + up->hull().lowest(-out.skew);
    out.offset = (there - back) / 2;
    out.least = (there + back) / 2;
  } else if (down != nullptr) {
    out.skew = down->hull().slope();
    out.offset = seconds_of_base(*down) + down->hull().lowest(out.skew);
  } else if (up != nullptr) {
    out.skew = -up->hull().slope();
    out.offset = -(seconds_of_base(*up) + up->hull().lowest(-out.skew));
  }
  return out;
}

}  // namespace avocet::analysis
