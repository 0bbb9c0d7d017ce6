#pragma once

#include <ns3/nstime.h>
#include <ns3/simulator.h>

#include "protocol/base/time.hpp"

/// Between the simulator's time and the core's. A simulation begins at Time{}.
namespace avocet::sim {

inline ns3::Time to_ns3(Duration d) { return ns3::NanoSeconds(d.count()); }
inline Time now() { return Time(Duration(ns3::Simulator::Now().GetNanoSeconds())); }

}  // namespace avocet::sim
