#include "sim/adapter/run.hpp"

#include <ns3/boolean.h>
#include <ns3/global-value.h>
#include <ns3/string.h>

#include "sim/adapter/live_flow.hpp"
#include "sim/adapter/stored_flow.hpp"
#include "sim/network/cross_traffic.hpp"
#include "sim/network/topology.hpp"
#include "sim/observe/invariants.hpp"
#include "sim/observe/measures.hpp"
#include "sim/observe/observers.hpp"
#include "sim/observe/trace_hash.hpp"

namespace avocet::sim {

namespace {

/// Real machines check the checksums of IP, which are not worth their time otherwise.
void choose_clock(bool real_time) {
  ns3::GlobalValue::Bind(
      "SimulatorImplementationType",
      ns3::StringValue(real_time ? "ns3::RealtimeSimulatorImpl" : "ns3::DefaultSimulatorImpl"));
  ns3::GlobalValue::Bind("ChecksumEnabled", ns3::BooleanValue(real_time));
}

/// Looks every now and then whether to end, and how far the simulation is behind the clock on the wall.
class Overseer {
 public:
  explicit Overseer(const std::function<bool()>& stop) : stop_(stop) {}

  void look() {
    if (stop_ && stop_()) ns3::Simulator::Stop();
    lag_ = std::max(lag_, std::chrono::duration_cast<Duration>(std::chrono::steady_clock::now() - began_) -
                              now().time_since_epoch());
    ns3::Simulator::Schedule(ns3::MilliSeconds(100), &Overseer::look, this);
  }
  Duration lag() const { return lag_; }

 private:
  const std::function<bool()>& stop_;
  const std::chrono::steady_clock::time_point began_ = std::chrono::steady_clock::now();
  Duration lag_{};
};

}  // namespace

RunResult run(const Experiment& experiment, const RunOptions& options) {
  const bool real_time = !options.outside.empty();
  choose_clock(real_time);
  RunResult result;
  result.flows.resize(experiment.flows.size());
  Measures measures(experiment, result.flows);
  TraceHash hash;
  Invariants invariants(experiment, [] { ns3::Simulator::Stop(); });
  Observers observers;
  for (Observer* observer : std::initializer_list<Observer*>{&hash, &measures, &invariants}) {
    observers.add(*observer);
  }
  for (Observer* observer : options.observers) observers.add(*observer);
  {
    Topology topology(experiment.links, options.seed, &observers);
    for (const Wifi& wifi : experiment.wifis) topology.add_wifi(wifi, options.seed);
    for (const Lte& lte : experiment.ltes) topology.add_lte(lte, options.seed);
    std::vector<std::unique_ptr<MediaFlow>> media;
    std::vector<std::unique_ptr<TcpFlow>> tcp;
    std::vector<std::unique_ptr<ConstantFlow>> constant;
    for (std::size_t i = 0; i < experiment.flows.size(); ++i) {
      const Flow& flow = experiment.flows[i];
      const std::uint64_t seed = options.seed * 1000 + i;
      FlowRecord& record = result.flows[i];
      switch (flow.kind) {
        case Flow::Kind::media:
          media.push_back(std::make_unique<LiveFlow>(flow, topology, seed, i, observers));
          break;
        case Flow::Kind::stored:
          media.push_back(std::make_unique<StoredFlow>(flow, topology, seed, i, observers));
          break;
        case Flow::Kind::tcp: tcp.push_back(std::make_unique<TcpFlow>(flow, topology, seed, record)); break;
        case Flow::Kind::constant:
          constant.push_back(std::make_unique<ConstantFlow>(flow, topology, record));
          break;
      }
    }
    for (const Outside& outside : options.outside) attach(topology, outside);
    topology.make_routes();
    std::function<void()> tick = [&] {
      options.progress(now().time_since_epoch());
      ns3::Simulator::Schedule(ns3::Seconds(1), tick);
    };
    if (options.progress) tick();
    Overseer overseer(options.stop);
    if (real_time) overseer.look();
    ns3::Simulator::Stop(to_ns3(experiment.length));
    ns3::Simulator::Run();
    result.lag = overseer.lag();
    for (const auto& flow : media) flow->settle();
    observers.on_end(now());
    // The ends of flows go before the simulator that their sockets belong to.
  }
  ns3::Simulator::Destroy();
  result.hash = hash.value();
  result.violations = invariants.violations();
  return result;
}

}  // namespace avocet::sim
