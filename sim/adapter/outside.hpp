#pragma once

#include <string>

#include "protocol/base/time.hpp"

namespace avocet::sim {

class Topology;

/// A machine outside of the simulation that is joined to a node of it. `tap` carries Ethernet frames between
/// the machine and a gateway in the simulation, whose addresses are in the same /24; the simulator closes it
/// at its end.
struct Outside {
  std::string node;
  Duration delay{};  ///< of the way to the node, each way
  int tap = -1;
  std::string address;  ///< IPv4 of the machine
  std::string gateway;
};

/// In real time only. Before the topology makes its routes.
void attach(Topology&, const Outside&);

}  // namespace avocet::sim
