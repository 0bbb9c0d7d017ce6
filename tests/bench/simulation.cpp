// How fast a simulation of live media runs, real cryptography included and no outputs, beside bare ns-3 that
// sends as many datagrams of the same mean size between the same hosts over the same links.

#include <fmt/format.h>
#include <ns3/inet-socket-address.h>
#include <ns3/internet-stack-helper.h>
#include <ns3/ipv4-address-helper.h>
#include <ns3/ipv4-global-routing-helper.h>
#include <ns3/node-container.h>
#include <ns3/packet.h>
#include <ns3/point-to-point-helper.h>
#include <ns3/simulator.h>
#include <ns3/socket.h>
#include <ns3/string.h>
#include <ns3/udp-socket-factory.h>

#include <cstdlib>
#include <map>
#include <memory>

#include "sim/adapter/run.hpp"
#include "tests/bench/measure.hpp"
#include "tests/bench/report.hpp"

namespace avocet::bench {
namespace {

constexpr Duration length = 10s;
constexpr int simulation_rounds = 5;

void require(bool good) {
  if (!good) std::abort();
}

/// `flows` of 10 Mbit/s through a chain of `links`, the middle one of which is just large enough.
sim::Experiment experiment(std::size_t links, std::size_t flows) {
  sim::Experiment e{.name = "speed", .length = length};
  for (std::size_t i = 0; i < links; ++i) {
    sim::Link link{
        .name = fmt::format("link-{}", i), .from = fmt::format("{}", i), .to = fmt::format("{}", i + 1)};
    link.forward.path.delay = link.back.path.delay = 5ms;
    link.forward.path.queue = link.back.path.queue = 300ms;
    link.forward.path.rate = {
        {Duration::zero(), DataRate::mbps(i == links / 2 ? 12.0 * static_cast<double>(flows) : 1000.0)}};
    e.links.push_back(link);
  }
  for (std::size_t i = 0; i < flows; ++i) {
    sim::Flow flow{
        .name = fmt::format("media-{}", i), .from = "0", .to = fmt::format("{}", links), .stop = length};
    flow.media.encoder = {
        .least = DataRate::mbps(10), .most = DataRate::mbps(10), .first = DataRate::mbps(10)};
    e.flows.push_back(flow);
  }
  return e;
}

/// What one host sent to another.
struct Load {
  std::uint64_t datagrams = 0, bytes = 0;
};
/// By the ends' names: flow and role.
using Loads = std::map<std::pair<std::uint32_t, std::uint32_t>, Load>;

/// Counts what the ends of flows send to each other.
class Counter final : public sim::Observer {
 public:
  void on_sent(Time, const sim::DatagramSeen& sent) override {
    end_at_[sent.from] = sent.end;
    Load& load = by_address_[{sent.from, sent.to}];
    ++load.datagrams;
    load.bytes += sent.bytes.size();
  }
  Loads loads() const {
    Loads out;
    for (const auto& [way, load] : by_address_) {
      const auto to = end_at_.find(way.second);
      if (to != end_at_.end()) out[{end_at_.at(way.first), to->second}] = load;
    }
    return out;
  }

 private:
  std::map<PeerAddress, std::uint32_t> end_at_;
  std::map<std::pair<PeerAddress, PeerAddress>, Load> by_address_;
};

/// A socket that sends datagrams of one size at one pace, as many as there are.
class Source {
 public:
  Source(const ns3::Ptr<ns3::Node>& node, const ns3::InetSocketAddress& to, const Load& load)
      : socket_(ns3::Socket::CreateSocket(node, ns3::UdpSocketFactory::GetTypeId())),
        left_(load.datagrams),
        size_(static_cast<std::uint32_t>(load.bytes / load.datagrams)),
        gap_(ns3::NanoSeconds(length.count() / static_cast<std::int64_t>(load.datagrams + 1))) {
    socket_->Bind();
    socket_->Connect(to);
    ns3::Simulator::ScheduleWithContext(node->GetId(), gap_, &Source::send, this);
  }

 private:
  void send() {
    socket_->Send(ns3::Create<ns3::Packet>(size_));
    if (--left_ > 0) ns3::Simulator::Schedule(gap_, &Source::send, this);
  }

  ns3::Ptr<ns3::Socket> socket_;
  std::uint64_t left_;
  std::uint32_t size_;
  ns3::Time gap_;
};

void count_arrivals(std::uint64_t* count, ns3::Ptr<ns3::Socket> socket) {
  while (socket->Recv()) ++*count;
}

/// The same hosts and links by ns-3's own helpers; returns how many datagrams arrived.
std::uint64_t run_bare(std::size_t links, std::size_t flows, const Loads& loads) {
  std::uint64_t arrived = 0;
  {
    ns3::InternetStackHelper internet;
    ns3::Ipv4AddressHelper addresses("10.0.0.0", "255.255.255.252");
    ns3::NodeContainer chain;
    chain.Create(static_cast<std::uint32_t>(links) + 1);
    internet.Install(chain);
    const auto join = [&](const ns3::Ptr<ns3::Node>& a, const ns3::Ptr<ns3::Node>& b, double mbps) {
      ns3::PointToPointHelper link;
      link.SetDeviceAttribute("DataRate", ns3::StringValue(fmt::format("{}Mbps", mbps)));
      link.SetChannelAttribute("Delay", ns3::StringValue("5ms"));
      link.SetQueue("ns3::DropTailQueue<Packet>", "MaxSize", ns3::StringValue("10000p"));
      const auto made = addresses.Assign(link.Install(a, b));
      addresses.NewNetwork();
      return made.GetAddress(0);
    };
    for (std::uint32_t i = 0; i < links; ++i) {
      join(chain.Get(i), chain.Get(i + 1), i == links / 2 ? 12.0 * static_cast<double>(flows) : 1000);
    }
    std::map<std::uint32_t, std::pair<ns3::Ptr<ns3::Node>, ns3::Ipv4Address>> hosts;
    const auto host = [&](std::uint32_t end) {
      auto [at, fresh] = hosts.try_emplace(end);
      if (fresh) {
        at->second.first = ns3::CreateObject<ns3::Node>();
        internet.Install(at->second.first);
        const bool far = sim::role_of(end) == sim::EndRole::viewer;
        at->second.second =
            join(at->second.first, chain.Get(far ? static_cast<std::uint32_t>(links) : 0), 10'000);
      }
      return at->second;
    };
    std::vector<std::unique_ptr<Source>> sources;
    std::vector<ns3::Ptr<ns3::Socket>> sinks;
    std::uint16_t port = 1000;
    for (const auto& [way, load] : loads) {
      const auto [to, address] = host(way.second);
      sinks.push_back(ns3::Socket::CreateSocket(to, ns3::UdpSocketFactory::GetTypeId()));
      sinks.back()->Bind(ns3::InetSocketAddress(ns3::Ipv4Address::GetAny(), ++port));
      sinks.back()->SetRecvCallback(ns3::MakeBoundCallback(&count_arrivals, &arrived));
      sources.push_back(
          std::make_unique<Source>(host(way.first).first, ns3::InetSocketAddress(address, port), load));
    }
    ns3::Ipv4GlobalRoutingHelper::PopulateRoutingTables();
    ns3::Simulator::Stop(ns3::NanoSeconds(length.count()));
    ns3::Simulator::Run();
  }
  ns3::Simulator::Destroy();
  return arrived;
}

void measure(const std::string& what, std::size_t links, std::size_t flows) {
  const sim::Experiment planned = experiment(links, flows);
  Counter counter;
  require(sim::run(planned, {.observers = {&counter}}).violations.empty());
  const Loads loads = counter.loads();
  std::uint64_t sent = 0;
  for (const auto& [way, load] : loads) sent += load.datagrams;

  std::vector<double> ours, bare, ratios;
  for (int round = 0; round < simulation_rounds; ++round) {
    ours.push_back(to_seconds(length) / cpu_of([&] { sim::run(planned, {}); }));
    std::uint64_t arrived = 0;
    bare.push_back(to_seconds(length) / cpu_of([&] { arrived = run_bare(links, flows, loads); }));
    require(arrived > sent * 99 / 100);
    ratios.push_back(ours.back() / bare.back());
  }
  print({.what = "simulated: " + what,
         .value = median(ours),
         .unit = "x real time",
         .limit = Limit{"bare ns-3, as many datagrams", median(bare)},
         .ratio = median(ratios),
         .target = Target{0.5, false, true},
         .note = fmt::format("{:.0f} datagrams/s", static_cast<double>(sent) / to_seconds(length))});
}

}  // namespace
}  // namespace avocet::bench

int main() {
  using avocet::bench::measure;
  measure("10 Mbit/s over one bottleneck", 1, 1);
  measure("10 Mbit/s through a dumbbell", 3, 1);
  measure("eight of 10 Mbit/s through a dumbbell", 3, 8);
}
