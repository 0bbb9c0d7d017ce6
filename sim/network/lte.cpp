#include <ns3/config.h>
#include <ns3/constant-velocity-mobility-model.h>
#include <ns3/enum.h>
#include <ns3/internet-stack-helper.h>
#include <ns3/ipv4.h>
#include <ns3/lte-enb-rrc.h>
#include <ns3/lte-helper.h>
#include <ns3/node-container.h>
#include <ns3/point-to-point-epc-helper.h>
#include <ns3/rng-seed-manager.h>
#include <ns3/string.h>
#include <ns3/uinteger.h>

#include <cmath>
#include <numbers>

#include "sim/network/topology.hpp"

namespace avocet::sim {
namespace {

/// Streams of randomness of a cell's devices, apart from those of Wi-Fi.
constexpr std::int64_t first_stream = 3'000'000;
/// Of antennas above the ground, in metres.
constexpr double mast = 30, hand = 1.5;

void place(const ns3::Ptr<ns3::Node>& node, const ns3::Vector& at, const ns3::Vector& velocity) {
  const auto moves = ns3::CreateObject<ns3::ConstantVelocityMobilityModel>();
  moves->SetPosition(at);
  moves->SetVelocity(velocity);
  node->AggregateObject(moves);
}

/// Phones stand in a circle around the mast and walk away from it.
void place_phones(const Lte& cell, const ns3::NodeContainer& phones) {
  for (std::uint32_t i = 0; i < phones.GetN(); ++i) {
    const double angle = 2 * std::numbers::pi * i / phones.GetN();
    const ns3::Vector out(std::cos(angle), std::sin(angle), 0);
    place(phones.Get(i), {cell.distance * out.x, cell.distance * out.y, hand},
          {cell.speed * out.x, cell.speed * out.y, 0});
  }
}

void choose_defaults(const Lte& cell) {
  ns3::Config::SetDefault("ns3::LteEnbRrc::EpsBearerToRlcMapping",
                          ns3::EnumValue(ns3::LteEnbRrc::RLC_UM_ALWAYS));
  ns3::Config::SetDefault("ns3::LteRlcUm::MaxTxBufferSize",
                          ns3::UintegerValue(static_cast<std::uint32_t>(cell.buffer)));
}

}  // namespace

void Topology::add_lte(const Lte& cell, std::uint64_t seed) {
  ns3::RngSeedManager::SetRun(seed + 1);
  choose_defaults(cell);
  ns3::NodeContainer phones;
  for (const std::string& name : cell.phones) phones.Add(node(name));
  const auto station = ns3::CreateObject<ns3::Node>();
  place(station, {0, 0, mast}, {});
  place_phones(cell, phones);

  const auto core = ns3::CreateObject<ns3::PointToPointEpcHelper>();
  const auto lte = ns3::CreateObject<ns3::LteHelper>();
  lte->SetEpcHelper(core);
  lte->SetAttribute("PathlossModel", ns3::StringValue("ns3::LogDistancePropagationLossModel"));
  const ns3::UintegerValue blocks(static_cast<std::uint64_t>(cell.resource_blocks));
  lte->SetEnbDeviceAttribute("DlBandwidth", blocks);
  lte->SetEnbDeviceAttribute("UlBandwidth", blocks);
  const ns3::NetDeviceContainer mast_device = lte->InstallEnbDevice(ns3::NodeContainer(station));
  const ns3::NetDeviceContainer devices = lte->InstallUeDevice(phones);
  core->AssignUeIpv4Address(devices);
  lte->Attach(devices, mast_device.Get(0));
  // Given by number, so that a second simulation in one process draws the same.
  std::int64_t stream = first_stream;
  stream += lte->AssignStreams(mast_device, stream);
  stream += lte->AssignStreams(devices, stream);
  ns3::InternetStackHelper().AssignStreams(phones, stream);
  cells_.insert(cells_.end(), {lte, core});
  join_core(node(cell.gateway), core->GetPgwNode(), core->GetUeDefaultGatewayAddress(), devices);
}

/// Phones have addresses of the core network and no others: it carries packets to nobody else.
void Topology::join_core(const ns3::Ptr<ns3::Node>& outside, const ns3::Ptr<ns3::Node>& core,
                         ns3::Ipv4Address core_address, const ns3::NetDeviceContainer& devices) {
  nodes_.push_back(core);
  join(core, ns3::CreateObject<Device>(Direction(), 0, 0, nullptr), outside,
       ns3::CreateObject<Device>(Direction(), 0, 0, nullptr));
  const auto interface_of = [](const ns3::Ptr<ns3::Node>& node, ns3::Ipv4Address address) {
    return static_cast<std::uint32_t>(node->GetObject<ns3::Ipv4>()->GetInterfaceForAddress(address));
  };
  for (std::uint32_t i = 0; i < devices.GetN(); ++i) {
    const auto phone = devices.Get(i)->GetNode();
    const auto ip = phone->GetObject<ns3::Ipv4>();
    const auto interface = static_cast<std::uint32_t>(ip->GetInterfaceForDevice(devices.Get(i)));
    const ns3::Ipv4Address address = ip->GetAddress(interface, 0).GetLocal();
    edges_.push_back({core->GetId(), phone->GetId(), interface_of(core, core_address), address});
    edges_.push_back({phone->GetId(), core->GetId(), interface, core_address});
    addresses_.emplace_back(address, phone->GetId());
    phones_[phone->GetId()] = address;
  }
}

}  // namespace avocet::sim
