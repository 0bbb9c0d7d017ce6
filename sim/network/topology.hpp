#pragma once

#include <ns3/ipv4-address.h>
#include <ns3/net-device-container.h>
#include <ns3/node.h>

#include <map>
#include <string>
#include <vector>

#include "sim/experiment/experiment.hpp"
#include "sim/network/device.hpp"

namespace avocet::sim {

/// The nodes and links of an experiment inside ns-3, with addresses and the shortest routes. Hosts hang on
/// nodes by links of their own that only delay.
class Topology {
 public:
  /// `seed` is for the randomness of all links. Their traces have been drawn.
  Topology(const std::vector<Link>&, std::uint64_t seed, Watcher*);

  /// A cell, whose access point and stations are nodes with these names.
  void add_wifi(const Wifi&, std::uint64_t seed);
  /// A cell, whose phones are nodes with these names, joined to the gateway by its own core network.
  void add_lte(const Lte&, std::uint64_t seed);

  struct Host {
    ns3::Ptr<ns3::Node> node;
    ns3::Ipv4Address address;
  };
  /// A new host on a named node, `delay` away from it; a phone is its own host.
  Host add_host(const std::string& at, Duration delay);
  /// One more address of a host.
  ns3::Ipv4Address add_address(const Host&);
  /// The same for a host that leads on to `beyond`, an address outside of the simulation.
  ns3::Ptr<ns3::Node> add_gateway(const std::string& at, Duration delay, ns3::Ipv4Address beyond);
  /// To be called when all hosts are there.
  void make_routes();

 private:
  struct Edge {
    std::uint32_t from, to;  // node ids
    std::uint32_t interface;
    ns3::Ipv4Address gateway;
  };

  /// Links get /30 networks of their own, from 10.0.0.0 on, and cells /24.
  static constexpr std::uint32_t first_network = 0x0a000000;

  ns3::Ptr<ns3::Node> node(const std::string& name);
  void join_cell(const ns3::NetDeviceContainer&);
  void join_core(const ns3::Ptr<ns3::Node>& outside, const ns3::Ptr<ns3::Node>& core,
                 ns3::Ipv4Address core_address, const ns3::NetDeviceContainer& devices);
  void join(const ns3::Ptr<ns3::Node>& a, const ns3::Ptr<Device>&, const ns3::Ptr<ns3::Node>& b,
            const ns3::Ptr<Device>&);

  std::map<std::string, ns3::Ptr<ns3::Node>> by_name_;
  std::vector<ns3::Ptr<ns3::Node>> nodes_;
  std::vector<Edge> edges_;
  std::vector<std::pair<ns3::Ipv4Address, std::uint32_t>> addresses_;  // and the nodes to go to for them
  std::map<std::uint32_t, ns3::Ipv4Address> phones_;                   // by node id
  std::vector<ns3::Ptr<ns3::Object>> cells_;                           // what ends a cell when it goes
  std::uint32_t next_subnet_ = 0;
};

}  // namespace avocet::sim
