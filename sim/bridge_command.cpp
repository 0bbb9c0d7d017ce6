#include "sim/bridge_command.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <csignal>

#include "sim/adapter/run.hpp"
#include "sim/bridge/network_namespace.hpp"
#include "sim/progress_bar.hpp"

namespace avocet::sim {
namespace {

const NetworkNamespace::Plan server{"avocet-server", "10.64.0.1", "10.64.0.254"};
const NetworkNamespace::Plan client{"avocet-client", "10.64.1.1", "10.64.1.254"};
volatile std::sig_atomic_t interrupted = 0;

int fail(const std::string& problem) {
  fmt::print(stderr, "avocet-sim: {}\n", problem);
  return 1;
}

}  // namespace

BridgeCommand::BridgeCommand(CLI::App& app)
    : command_(app.add_subcommand(
          "bridge",
          "run one in real time, between two network namespaces in which real programs run\n"
          "in place of a flow of media; needs root")),
      choice_(*command_) {
  command_->add_option("--flow", flow_,
                       "which flow the programs take the place of (default: the first of media)");
}

int BridgeCommand::run() {
  auto experiment = choice_.read();
  if (!experiment) return 2;
  const auto replaced = std::ranges::find_if(experiment->flows, [this](const Flow& flow) {
    return flow_.empty() ? flow.kind == Flow::Kind::media : flow.name == flow_;
  });
  if (replaced == experiment->flows.end()) {
    std::string names;
    for (const Flow& flow : experiment->flows) names += (names.empty() ? "" : ", ") + flow.name;
    fmt::print(stderr, "avocet-sim: --flow {}: there is no such flow; the scenario has {}\n", flow_, names);
    return 2;
  }
  const Flow flow = *replaced;
  experiment->flows.erase(replaced);

  auto left = NetworkNamespace::make(server);
  if (!left) return fail(left.error());
  auto right = NetworkNamespace::make(client);
  if (!right) return fail(right.error());
  for (const int signal : {SIGINT, SIGTERM}) std::signal(signal, [](int) { interrupted = 1; });

  ProgressBar bar(experiment->length);
  RunOptions options{.seed = choice_.seed(), .stop = [] { return interrupted != 0; }};
  if (ProgressBar::wanted()) options.progress = [&](Duration at) { bar.show(at); };
  options.outside = {{flow.from, {}, (*left)->take_tap(), server.address, server.gateway},
                     {flow.to, flow.delay, (*right)->take_tap(), client.address, client.gateway}};
  fmt::print(
      "{}: {}, in real time for {:.0f} s; Ctrl-C ends it. In other terminals, as root:\n"
      "  ip netns exec {} avocet-server serve --library DIR\n"
      "  ip netns exec {} avocet-client play avocet://{}/TITLE\n",
      experiment->name, experiment->title, to_seconds(experiment->length), server.name, client.name,
      server.address);
  std::fflush(stdout);
  const RunResult result = sim::run(*experiment, options);
  bar.clear();
  for (const std::string& line : result.violations) fmt::print(stderr, "avocet-sim: {}\n", line);
  fmt::print("ended after {:.1f} s; the simulation was {:.0f} ms behind the clock at most\n", bar.seconds(),
             1000 * to_seconds(result.lag));
  return result.violations.empty() ? 0 : 1;
}

}  // namespace avocet::sim
