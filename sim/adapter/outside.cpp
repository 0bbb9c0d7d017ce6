#include "sim/adapter/outside.hpp"

#include <ns3/fd-net-device.h>
#include <ns3/ipv4.h>
#include <ns3/mac48-address.h>

#include "sim/network/topology.hpp"

namespace avocet::sim {

void attach(Topology& topology, const Outside& outside) {
  const auto device = ns3::CreateObject<ns3::FdNetDevice>();
  device->SetAddress(ns3::Mac48Address::Allocate());
  device->SetEncapsulationMode(ns3::FdNetDevice::DIX);
  device->SetFileDescriptor(outside.tap);
  const auto host = topology.add_gateway(outside.node, outside.delay, outside.address.c_str());
  host->AddDevice(device);
  const auto ip = host->GetObject<ns3::Ipv4>();
  const std::uint32_t interface = ip->AddInterface(device);
  ip->AddAddress(interface, {ns3::Ipv4Address(outside.gateway.c_str()), ns3::Ipv4Mask("/24")});
  ip->SetUp(interface);
}

}  // namespace avocet::sim
