#include "sim/network/topology.hpp"

#include <ns3/boolean.h>
#include <ns3/internet-stack-helper.h>
#include <ns3/ipv4-static-routing-helper.h>
#include <ns3/ipv4.h>
#include <ns3/queue-size.h>
#include <ns3/traffic-control-helper.h>
#include <ns3/traffic-control-layer.h>

#include <deque>

#include "sim/network/clock.hpp"

namespace avocet::sim {
namespace {

const char* type_of(QueueKind kind) {
  switch (kind) {
    case QueueKind::codel: return "ns3::CoDelQueueDisc";
    case QueueKind::fq_codel: return "ns3::FqCoDelQueueDisc";
    case QueueKind::pie: return "ns3::PieQueueDisc";
    case QueueKind::drop_tail: break;
  }
  return nullptr;
}

void install_discipline(const Direction& direction, const ns3::Ptr<Device>& device) {
  const Queue& queue = direction.queue;
  const char* type = type_of(queue.kind);
  if (type == nullptr) return;
  device->AggregateObject(ns3::CreateObject<ns3::NetDeviceQueueInterface>());
  ns3::TrafficControlHelper helper;
  const DataRate rate = direction.limited() ? device->rate(Time{}) : DataRate::mbps(1);
  const auto bytes = static_cast<std::uint32_t>((direction.path.queue * rate).bytes());
  // FqCoDel counts packets only.
  const ns3::QueueSize limit = queue.kind == QueueKind::fq_codel
                                   ? ns3::QueueSize(ns3::PACKETS, std::max(2u, bytes / 1200))
                                   : ns3::QueueSize(ns3::BYTES, std::max(3000u, bytes));
  helper.SetRootQueueDisc(type, "MaxSize", ns3::QueueSizeValue(limit), "UseEcn",
                          ns3::BooleanValue(queue.ecn));
  const auto discipline = helper.Install(device).Get(0);
  const auto tell = [&](const char* trace, auto member) {
    discipline->TraceConnectWithoutContext(trace, ns3::MakeCallback(member, device));
  };
  tell("Enqueue", &Device::on_discipline_took);
  tell("Dequeue", &Device::on_discipline_gave);
  tell("DropBeforeEnqueue", &Device::on_discipline_refused);
  tell("DropAfterDequeue", &Device::on_discipline_dropped);
  if (queue.l4s_above == Duration{}) return;
  // In this order: ns-3 stops the program when it finds UseL4s without a threshold.
  discipline->SetAttribute("CeThreshold", ns3::TimeValue(to_ns3(queue.l4s_above)));
  discipline->SetAttribute("UseL4s", ns3::BooleanValue(true));
}

}  // namespace

Topology::Topology(const std::vector<Link>& links, std::uint64_t seed, Watcher* watcher) {
  for (std::size_t where = 0; where < 2 * links.size(); where += 2) {
    const Link& link = links[where / 2];
    const auto forward = ns3::CreateObject<Device>(link.forward, seed * 1000 + where, where, watcher);
    const auto back = ns3::CreateObject<Device>(link.back, seed * 1000 + where + 1, where + 1, watcher);
    join(node(link.from), forward, node(link.to), back);
    install_discipline(link.forward, forward);
    install_discipline(link.back, back);
  }
}

Topology::Host Topology::add_host(const std::string& at, Duration delay) {
  const auto there = node(at);
  if (const auto phone = phones_.find(there->GetId()); phone != phones_.end()) return {there, phone->second};
  const auto host = ns3::CreateObject<ns3::Node>();
  ns3::InternetStackHelper().Install(host);
  nodes_.push_back(host);
  Direction access;
  access.path.delay = delay;
  const auto up = ns3::CreateObject<Device>(access, 0, 0, nullptr);
  const auto down = ns3::CreateObject<Device>(access, 0, 0, nullptr);
  join(host, up, there, down);
  const auto ip = host->GetObject<ns3::Ipv4>();
  const auto address =
      ip->GetAddress(static_cast<std::uint32_t>(ip->GetInterfaceForDevice(up)), 0).GetLocal();
  addresses_.emplace_back(address, host->GetId());
  return {host, address};
}

ns3::Ipv4Address Topology::add_address(const Host& host) {
  const ns3::Ipv4Address other(first_network + 4 * next_subnet_++ + 1);
  const auto ip = host.node->GetObject<ns3::Ipv4>();
  const auto interface = static_cast<std::uint32_t>(ip->GetInterfaceForAddress(host.address));
  ip->AddAddress(interface, {other, ns3::Ipv4Mask::GetOnes()});
  addresses_.emplace_back(other, host.node->GetId());
  return other;
}

ns3::Ptr<ns3::Node> Topology::add_gateway(const std::string& at, Duration delay, ns3::Ipv4Address beyond) {
  const Host host = add_host(at, delay);
  addresses_.emplace_back(beyond, host.node->GetId());
  return host.node;
}

ns3::Ptr<ns3::Node> Topology::node(const std::string& name) {
  ns3::Ptr<ns3::Node>& node = by_name_[name];
  if (!node) {
    node = ns3::CreateObject<ns3::Node>();
    ns3::InternetStackHelper().Install(node);
    nodes_.push_back(node);
  }
  return node;
}

void Topology::join(const ns3::Ptr<ns3::Node>& a, const ns3::Ptr<Device>& from_a,
                    const ns3::Ptr<ns3::Node>& b, const ns3::Ptr<Device>& from_b) {
  const std::uint32_t network = first_network + 4 * next_subnet_++;
  Device::connect(from_a, from_b);
  const auto attach = [&](const ns3::Ptr<ns3::Node>& node, const ns3::Ptr<Device>& device,
                          std::uint32_t host) {
    node->AddDevice(device);
    const auto ip = node->GetObject<ns3::Ipv4>();
    const std::uint32_t interface = ip->AddInterface(device);
    ip->AddAddress(interface, {ns3::Ipv4Address(network + host), ns3::Ipv4Mask("/30")});
    ip->SetMetric(interface, 1);
    ip->SetUp(interface);
    return interface;
  };
  const std::uint32_t of_a = attach(a, from_a, 1), of_b = attach(b, from_b, 2);
  edges_.push_back({a->GetId(), b->GetId(), of_a, ns3::Ipv4Address(network + 2)});
  edges_.push_back({b->GetId(), a->GetId(), of_b, ns3::Ipv4Address(network + 1)});
}

/// Shortest ways by the number of links, breadth first from each host back; the first link declared wins a
/// tie.
void Topology::make_routes() {
  std::map<std::uint32_t, std::vector<const Edge*>> into;  // node -> edges that lead to it
  for (const Edge& edge : edges_) into[edge.to].push_back(&edge);
  std::map<std::uint32_t, ns3::Ptr<ns3::Node>> by_id;
  for (const auto& node : nodes_) by_id[node->GetId()] = node;

  ns3::Ipv4StaticRoutingHelper routing;
  for (const auto& [address, host] : addresses_) {
    std::deque<std::uint32_t> reached{host};
    std::map<std::uint32_t, bool> seen{{host, true}};
    while (!reached.empty()) {
      const std::uint32_t at = reached.front();
      reached.pop_front();
      for (const Edge* edge : into[at]) {
        if (std::exchange(seen[edge->from], true)) continue;
        reached.push_back(edge->from);
        routing.GetStaticRouting(by_id[edge->from]->GetObject<ns3::Ipv4>())
            ->AddHostRouteTo(address, edge->gateway, edge->interface);
      }
    }
  }
}

}  // namespace avocet::sim
