#include "analysis/journeys/clocks.hpp"

#include <cmath>

namespace avocet::analysis {
namespace {

double seconds_of_base(const Journey& journey) { return static_cast<double>(journey.base()) * 1e-9; }

/// Both slopes as that of the viewer's clock.
double agreed(double down, double up) {
  if ((down > 0) != (up > 0)) return 0;
  return std::abs(down) < std::abs(up) ? down : up;
}

}  // namespace

Clocks Clocks::of(const Journey* down, const Journey* up) {
  Clocks out;
  if (down != nullptr && up != nullptr) {
    out.skew = agreed(down->hull().slope(), -up->hull().slope());
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
