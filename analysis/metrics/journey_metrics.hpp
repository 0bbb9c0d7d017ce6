#pragma once

#include <array>
#include <string_view>

#include "analysis/metrics/metric.hpp"

namespace avocet::metrics {

/// What two captures of one connection tell together.
inline constexpr std::array<Metric, 12> journey_metrics{{
    {"packetsArrived", "packets", "seen in both captures"},
    {"packetsLostBetween", "packets", "seen in the capture nearer to their sender only", "RFC 7680"},
    {"packetsLostBefore", "packets", "in neither capture: lost before the first one", "RFC 7680"},
    {"packetsMissed", "packets",
     "in the farther capture only: the nearer capture has lost them, not the network"},
    {"lossRatioBetween", "1", "packetsLostBetween over packetsLostBetween and packetsArrived", "RFC 7680"},
    {"oneWayDelayMin", "s",
     "from capture to capture, the quickest; there and back are taken as equally quick", "RFC 7679"},
    {"oneWayDelayP50", "s", "the same, median", "RFC 7679"},
    {"oneWayDelayP95", "s", "the same, 95th percentile", "RFC 7679"},
    {"oneWayDelayP99", "s", "the same, 99th percentile", "RFC 7679"},
    {"delayVariationP95", "s", "95th percentile of the delay beyond the quickest", "RFC 5481 section 4.2"},
    {"clockOffset", "s", "by which the clock of the capture nearer to the viewer is ahead at its beginning",
     "RFC 5905 section 8"},
    {"clockSkew", "ppm", "by which it runs faster", "Moon, Skelly, Towsley 1999"},
}};

/// Null when there is no such metric.
constexpr const Metric* find_journey_metric(std::string_view name) {
  for (const Metric& metric : journey_metrics) {
    if (metric.name == name) return &metric;
  }
  return nullptr;
}

}  // namespace avocet::metrics
