#include <ns3/constant-position-mobility-model.h>
#include <ns3/internet-stack-helper.h>
#include <ns3/ipv4.h>
#include <ns3/net-device-container.h>
#include <ns3/node-container.h>
#include <ns3/rng-seed-manager.h>
#include <ns3/ssid.h>
#include <ns3/string.h>
#include <ns3/uinteger.h>
#include <ns3/wifi-helper.h>
#include <ns3/wifi-mac-helper.h>
#include <ns3/yans-wifi-helper.h>

#include <cmath>
#include <numbers>

#include "sim/network/topology.hpp"

namespace avocet::sim {
namespace {

/// Streams of randomness that a device or a stack of ns-3 takes, at most.
constexpr std::int64_t first_stream = 1'000'000, streams_of_stacks = 100'000;

void stand(const ns3::Ptr<ns3::Node>& node, double x, double y) {
  const auto place = ns3::CreateObject<ns3::ConstantPositionMobilityModel>();
  place->SetPosition({x, y, 1});
  node->AggregateObject(place);
}

ns3::WifiHelper standard(const Wifi& cell) {
  ns3::WifiHelper wifi;
  wifi.SetStandard(ns3::WIFI_STANDARD_80211n);
  wifi.SetRemoteStationManager("ns3::ConstantRateWifiManager", "DataMode",
                               ns3::StringValue("HtMcs" + std::to_string(cell.mcs)), "ControlMode",
                               ns3::StringValue("HtMcs0"));
  return wifi;
}

ns3::YansWifiPhyHelper air(int mcs) {
  ns3::YansWifiPhyHelper phy;
  phy.SetChannel(ns3::YansWifiChannelHelper::Default().Create());
  phy.Set("ChannelSettings", ns3::StringValue("{0, 20, BAND_5GHZ, 0}"));
  const ns3::UintegerValue streams(static_cast<std::uint64_t>(mcs / 8 + 1));
  phy.Set("Antennas", streams);
  phy.Set("MaxSupportedTxSpatialStreams", streams);
  phy.Set("MaxSupportedRxSpatialStreams", streams);
  return phy;
}

}  // namespace

void Topology::add_wifi(const Wifi& cell, std::uint64_t seed) {
  ns3::RngSeedManager::SetRun(seed + 1);
  const auto point = node(cell.access_point);
  ns3::NodeContainer stations;
  stand(point, 0, 0);
  for (std::size_t i = 0; i < cell.stations.size(); ++i) {
    const double angle =
        2 * std::numbers::pi * static_cast<double>(i) / static_cast<double>(cell.stations.size());
    stations.Add(node(cell.stations[i]));
    stand(stations.Get(static_cast<std::uint32_t>(i)), cell.radius * std::cos(angle),
          cell.radius * std::sin(angle));
  }
  ns3::WifiHelper wifi = standard(cell);
  const ns3::YansWifiPhyHelper phy = air(cell.mcs);
  ns3::WifiMacHelper mac;
  const ns3::Ssid name(cell.name);
  mac.SetType("ns3::ApWifiMac", "Ssid", ns3::SsidValue(name));
  ns3::NetDeviceContainer devices = wifi.Install(phy, mac, ns3::NodeContainer(point));
  mac.SetType("ns3::StaWifiMac", "Ssid", ns3::SsidValue(name));
  devices.Add(wifi.Install(phy, mac, stations));
  // Given by number, so that a second simulation in one process draws the same.
  const std::int64_t used = wifi.AssignStreams(devices, first_stream + streams_of_stacks);
  ns3::NodeContainer all(point);
  all.Add(stations);
  ns3::InternetStackHelper().AssignStreams(all, first_stream + streams_of_stacks + used);
  join_cell(devices);
}

/// A network of 256 addresses, in which the first is the access point's.
void Topology::join_cell(const ns3::NetDeviceContainer& devices) {
  constexpr std::uint32_t small_networks = 64;  // of four addresses each
  next_subnet_ = (next_subnet_ + small_networks - 1) / small_networks * small_networks;
  const std::uint32_t network = first_network + 4 * next_subnet_;
  next_subnet_ += small_networks;
  const ns3::Ipv4Address gateway(network + 1);
  std::uint32_t point_interface = 0;
  for (std::uint32_t i = 0; i < devices.GetN(); ++i) {
    const auto device = devices.Get(i);
    const auto ip = device->GetNode()->GetObject<ns3::Ipv4>();
    const std::uint32_t interface = ip->AddInterface(device);
    const ns3::Ipv4Address address(network + 1 + i);
    ip->AddAddress(interface, {address, ns3::Ipv4Mask("/24")});
    ip->SetMetric(interface, 1);
    ip->SetUp(interface);
    if (i == 0) {
      point_interface = interface;
      continue;
    }
    const std::uint32_t point = devices.Get(0)->GetNode()->GetId(), station = device->GetNode()->GetId();
    edges_.push_back({station, point, interface, gateway});
    edges_.push_back({point, station, point_interface, address});
  }
}

}  // namespace avocet::sim
