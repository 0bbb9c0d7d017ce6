#include <fmt/format.h>
#include <unistd.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <chrono>
#include <filesystem>

#include "sim/adapter/run.hpp"
#include "sim/experiment/capacity.hpp"
#include "sim/experiment/scenario_file.hpp"
#include "sim/record/summary.hpp"
#include "sim/trace_command.hpp"

namespace avocet::sim {
namespace {

namespace fs = std::filesystem;

std::vector<fs::path> shipped() {
  std::vector<fs::path> all;
  for (const auto& entry : fs::directory_iterator(AVOCET_SCENARIOS)) {
    if (entry.path().extension() == ".toml") all.push_back(entry.path());
  }
  std::ranges::sort(all);
  return all;
}

/// A name of a shipped scenario, or a path.
fs::path locate(const std::string& scenario) {
  const fs::path shipped = fs::path(AVOCET_SCENARIOS) / (scenario + ".toml");
  return fs::exists(shipped) ? shipped : fs::path(scenario);
}

int complain(const std::vector<ScenarioError>& errors) {
  for (const ScenarioError& error : errors) fmt::print(stderr, "avocet-sim: {}\n", error.message);
  return 2;
}

int list() {
  for (const fs::path& path : shipped()) {
    const auto experiment = read_scenario(path, {});
    if (!experiment) return complain(experiment.error());
    fmt::print("{:<16} {:<60} {}\n", experiment->name, experiment->title, experiment->source);
  }
  return 0;
}

void print_flow(const FlowSummary& s) {
  fmt::print(
      "{:<12} {:>5.3f} {:>9.3f} {:>6.1f} {:>6.1f} {:>6.1f} {:>7.0f} {:>7.0f} {:>6.2f}% {:>6.2f}% {:>6} ",
      s.name, s.utilization, s.goodput / 1e6, s.queue_delay.p50 * 1e3, s.queue_delay.p95 * 1e3,
      s.queue_delay.max * 1e3, s.frame_delay.p50 * 1e3, s.frame_delay.p95 * 1e3, s.loss_before_repair * 100,
      s.loss_after_repair * 100, s.freeze_count);
  for (const double t : s.step_times) fmt::print(" {:.1f}", t);
  fmt::print("\n");
}

int run_one(const std::string& name, std::uint64_t seed, const Settings& settings) {
  auto experiment = read_scenario(locate(name), settings);
  if (!experiment) return complain(experiment.error());
  draw_traces(*experiment, seed);
  RunOptions options{.seed = seed, .progress = {}};
  const auto began = std::chrono::steady_clock::now();
  const auto wall = [&] {
    return std::chrono::duration<double>(std::chrono::steady_clock::now() - began).count();
  };
  if (::isatty(STDERR_FILENO) != 0) {
    options.progress = [&](Duration at) {
      fmt::print(stderr, "\r{:5.0f} of {:.0f} s simulated, {:.0f} x real time ", to_seconds(at),
                 to_seconds(experiment->length), to_seconds(at) / std::max(wall(), 1e-3));
    };
  }
  const RunResult result = run(*experiment, options);
  if (options.progress) fmt::print(stderr, "\r\033[K");
  fmt::print("{}: {}, seed {}\n", experiment->name, experiment->title, seed);
  fmt::print("{:<12} {:>5} {:>9} {:>20} {:>15} {:>7} {:>7} {:>6}  {}\n", "", "util.", "goodput",
             "queue p50/p95/max", "frame p50/p95", "loss", "after", "freeze", "step times");
  for (const FlowRecord& record : result.flows) {
    if (!record.bottleneck) {
      DataSize all;
      for (const auto& r : record.received) all += DataSize::bytes(static_cast<std::int64_t>(r.size));
      fmt::print("{:<12} {:>15.3f}\n", record.name, (all / (record.stop - record.start)).mbps());
      continue;
    }
    const Direction& bottleneck = experiment->direction(*record.bottleneck);
    print_flow(summarize(record, capacity_of(bottleneck), steps_of(bottleneck)));
  }
  fmt::print("hash {:016x}, {:.1f} x real time\n", result.hash, to_seconds(experiment->length) / wall());
  return 0;
}

}  // namespace
}  // namespace avocet::sim

int main(int argc, char** argv) {
  using namespace avocet::sim;
  CLI::App app{"Runs Avocet over simulated networks, on virtual time."};
  app.require_subcommand(1);
  auto* list_command = app.add_subcommand("list", "the scenarios that are shipped");
  auto* run_command = app.add_subcommand("run", "run one");
  TraceCommand trace(app);
  std::string scenario;
  std::uint64_t seed = 1;
  std::vector<std::string> sets;
  run_command->add_option("scenario", scenario, "name of a shipped scenario, or a file")->required();
  run_command->add_option("--seed", seed, "the same seed gives the same run, to the byte");
  run_command->add_option("--set", sets,
                          "KEY=VALUE for one of the scenario's settings, or for scale or length");
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    return app.exit(error) == 0 ? 0 : 2;
  }
  if (list_command->parsed()) return list();
  if (trace.parsed()) return trace.run();
  Settings settings;
  for (const std::string& set : sets) {
    const auto equals = set.find('=');
    if (equals == std::string::npos) {
      fmt::print(stderr, "avocet-sim: --set {}: wanted is KEY=VALUE, such as --set loss=5%\n", set);
      return 2;
    }
    settings[set.substr(0, equals)] = set.substr(equals + 1);
  }
  return run_one(scenario, seed, settings);
}
