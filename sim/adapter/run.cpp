#include "sim/adapter/run.hpp"

#include "sim/adapter/live_flow.hpp"
#include "sim/network/cross_traffic.hpp"
#include "sim/network/topology.hpp"
#include "sim/record/tap.hpp"

namespace avocet::sim {
namespace {

/// Ends of one flow: server, publisher, viewer.
constexpr std::uint32_t ends_per_flow = 3;

/// Writes into the records what the network does to each flow's media, and hashes what is sent.
class Recorder final : public Watcher, public Tap {
 public:
  /// `limited` says of each direction whether it has a capacity: a flow is measured at the first such on its
  /// way.
  Recorder(std::vector<FlowRecord>& flows, std::vector<bool> limited)
      : flows_(flows), limited_(std::move(limited)) {}
  std::uint64_t hash() const { return hash_; }

  void on_entered(std::size_t where, Time, const Passing& p) override {
    if (FlowRecord* flow = media(where, p)) ++flow->packets_entered;
  }
  void on_served(std::size_t where, Time now, const Passing& p, Duration queued) override {
    if (FlowRecord* flow = media(where, p)) flow->served.push_back({now, queued, p.size});
  }
  void on_lost(std::size_t where, Time, const Passing& p, LossCause) override {
    if (FlowRecord* flow = media(where, p)) ++flow->packets_lost;
  }

  void on_sent(Time now, std::uint32_t end, ByteView bytes) override {
    mix(static_cast<std::uint64_t>(now.time_since_epoch().count()));
    mix(end);
    for (const std::byte b : bytes) mix(std::to_integer<std::uint64_t>(b));
  }

 private:
  /// The record of a flow, when the packet is one of its server's at its bottleneck.
  FlowRecord* media(std::size_t where, const Passing& p) {
    if (!limited_[where] || p.end == 0 || (p.end - 1) % ends_per_flow != 0) return nullptr;
    FlowRecord& flow = flows_[(p.end - 1) / ends_per_flow];
    if (!flow.bottleneck) flow.bottleneck = where;
    return flow.bottleneck == where ? &flow : nullptr;
  }
  void mix(std::uint64_t n) { hash_ = (hash_ ^ n) * 0x100000001b3ull; }

  std::vector<FlowRecord>& flows_;
  std::vector<bool> limited_;
  std::uint64_t hash_ = 0xcbf29ce484222325ull;
};

}  // namespace

RunResult run(const Experiment& experiment, const std::map<std::string, link::Trace>& traces,
              const RunOptions& options) {
  RunResult result;
  result.flows.resize(experiment.flows.size());
  std::vector<bool> limited;
  for (const Link& link : experiment.links) {
    for (const Direction* d : {&link.forward, &link.back}) {
      limited.push_back(!d->path.rate.empty() || !d->trace.empty());
    }
  }
  Recorder recorder(result.flows, std::move(limited));
  {
    Topology topology(experiment.links, traces, options.seed, &recorder);
    std::vector<std::unique_ptr<LiveFlow>> live;
    std::vector<std::unique_ptr<TcpFlow>> tcp;
    std::vector<std::unique_ptr<ConstantFlow>> constant;
    for (std::size_t i = 0; i < experiment.flows.size(); ++i) {
      const Flow& flow = experiment.flows[i];
      const std::uint64_t seed = options.seed * 1000 + i;
      const auto first_end = 1 + static_cast<std::uint32_t>(i) * ends_per_flow;
      FlowRecord& record = result.flows[i];
      switch (flow.kind) {
        case Flow::Kind::media:
          live.push_back(std::make_unique<LiveFlow>(flow, topology, seed, first_end, recorder, record));
          break;
        case Flow::Kind::tcp: tcp.push_back(std::make_unique<TcpFlow>(flow, topology, seed, record)); break;
        case Flow::Kind::constant:
          constant.push_back(std::make_unique<ConstantFlow>(flow, topology, record));
          break;
      }
    }
    topology.make_routes();
    std::function<void()> tick = [&] {
      options.progress(now().time_since_epoch());
      ns3::Simulator::Schedule(ns3::Seconds(1), tick);
    };
    if (options.progress) tick();
    ns3::Simulator::Stop(to_ns3(experiment.length));
    ns3::Simulator::Run();
    for (const auto& flow : live) flow->finish();
    // The ends of flows go before the simulator that their sockets belong to.
  }
  ns3::Simulator::Destroy();
  result.hash = recorder.hash();
  return result;
}

}  // namespace avocet::sim
