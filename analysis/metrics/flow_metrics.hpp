#pragma once

#include <array>
#include <string_view>

#include "analysis/metrics/metric.hpp"

namespace avocet::metrics {

/// Of one flow of media, after RFC 8868 and W3C webrtc-stats.
inline constexpr std::array<Metric, 22> flow_metrics{{
    {"utilization", "1", "wire bits over the integral of min(capacity, the most that the source makes)"},
    {"sendingRate", "bit/s", "wire bits that entered the bottleneck, on average over the flow's time"},
    {"receivingRate", "bit/s", "wire bits that left the bottleneck, on average over the flow's time"},
    {"goodput", "bit/s", "payload of the pictures that were decodable in time"},
    {"rateVariation", "1", "standard deviation of the receiving rate in 200 ms over its mean"},
    {"queueDelay", "s", "of a packet at the bottleneck, from entering to the beginning of its service"},
    {"frameDelay", "s", "of a picture, from capture to decodable"},
    {"lossBeforeRepair", "1", "share of the packets at the bottleneck that the network lost"},
    {"lossAfterRepair", "1", "share of the pictures that were not decodable in time"},
    {"repairOverhead", "1", "bytes sent again and of parity, per byte of media"},
    {"framesSent", "frames", "pictures that the source made"},
    {"framesDelivered", "frames", "of those, decodable in time"},
    {"framesLate", "frames", "of those, decodable but too late to be shown"},
    {"freezeCount", "freezes", "pauses of the picture as W3C webrtc-stats defines them"},
    {"totalFreezesDuration", "s", "how long they were together"},
    {"renditionSwitches", "switches", "changes of the rendition that was shown"},
    {"stepTimes", "s", "from each upward step of the capacity until 90 % of what can be filled is used"},
    {"timeToFirstFrame", "s", "from asking for the play to its first picture"},
    {"packetsSent", "packets", "of media that entered the bottleneck"},
    {"packetsLost", "packets", "of those, lost there or behind it"},
    {"fairness", "1", "Jain's index over the flows of media at one bottleneck while all of them run"},
    {"speed", "s/s", "simulated time over time"},
}};

/// Null when there is no such metric.
constexpr const Metric* find_flow_metric(std::string_view name) {
  for (const Metric& metric : flow_metrics) {
    if (metric.name == name) return &metric;
  }
  return nullptr;
}

}  // namespace avocet::metrics
