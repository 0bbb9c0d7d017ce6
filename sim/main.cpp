#include <fmt/format.h>

#include <CLI/CLI.hpp>

#include "sim/bridge_command.hpp"
#include "sim/compare_command.hpp"
#include "sim/run_command.hpp"
#include "sim/shipped.hpp"
#include "sim/sweep_command.hpp"
#include "sim/trace_command.hpp"

namespace avocet::sim {
namespace {

int list() {
  for (const std::filesystem::path& path : shipped_scenarios()) {
    const auto experiment = read_scenario(path, {});
    if (!experiment) return complain(experiment.error());
    fmt::print("{:<27} {:<64} {}\n", experiment->name, experiment->title, experiment->source);
  }
  return 0;
}

}  // namespace
}  // namespace avocet::sim

int main(int argc, char** argv) {
  using namespace avocet::sim;
  CLI::App app{"Runs Avocet over simulated networks, on virtual time."};
  app.require_subcommand(1);
  auto* list_command = app.add_subcommand("list", "the scenarios that are shipped");
  RunCommand run(app);
  SweepCommand sweep(app);
  CompareCommand compare(app);
  TraceCommand trace(app);
  BridgeCommand bridge(app);
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    return app.exit(error) == 0 ? 0 : 2;
  }
  if (list_command->parsed()) return list();
  if (trace.parsed()) return trace.run();
  if (sweep.parsed()) return sweep.run();
  if (compare.parsed()) return compare.run();
  if (bridge.parsed()) return bridge.run();
  return run.run();
}
