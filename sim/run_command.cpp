#include "sim/run_command.hpp"

#include <fmt/format.h>
#include <unistd.h>

#include <chrono>
#include <memory>
#include <stdexcept>

#include "sim/adapter/credentials.hpp"
#include "sim/adapter/run.hpp"
#include "sim/end_table.hpp"
#include "sim/experiment/capacity.hpp"
#include "sim/observe/output_folder.hpp"
#include "sim/observe/run_summary.hpp"
#include "sim/progress_bar.hpp"
#include "sim/shipped.hpp"

namespace avocet::sim {
namespace {

/// As a shell takes it for one word.
std::string shell_word(const std::string& text) {
  if (!text.empty() && text.find_first_not_of("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789"
                                              "-_./=%@,:+") == text.npos) {
    return text;
  }
  std::string out = "'";
  for (const char c : text) out += c == '\'' ? std::string("'\\''") : std::string(1, c);
  return out + '\'';
}

}  // namespace

RunCommand::RunCommand(CLI::App& app)
    : command_(app.add_subcommand("run", "run one: prints what each flow made of its network")) {
  command_->add_option("scenario", scenario_, "name of a shipped scenario, or a file")->required();
  command_->add_option(
      "--out", folder_,
      "folder for report.html, summary.json, timeline.csv, truth.json, captures and the keys to them");
  command_->add_option("--seed", seed_, "the same seed gives the same run, to the byte")
      ->capture_default_str();
  command_->add_option("--set", sets_,
                       "KEY=VALUE for one of the scenario's settings, or for scale or length");
  command_->add_option("--capture", captures_,
                       "where packets are captured (with --out): FLOW.server, FLOW.publisher, FLOW.viewer,\n"
                       "LINK.NODE, all or none (default: the viewers)");
}

int RunCommand::run() const {
  Settings settings;
  for (const std::string& set : sets_) {
    const auto equals = set.find('=');
    if (equals == std::string::npos) {
      fmt::print(stderr, "avocet-sim: --set {}: wanted is KEY=VALUE, such as --set loss=5%\n", set);
      return 2;
    }
    settings[set.substr(0, equals)] = set.substr(equals + 1);
  }
  if (folder_.empty() && !captures_.empty()) {
    fmt::print(stderr, "avocet-sim: --capture needs a folder for the files: add --out DIR\n");
    return 2;
  }
  auto experiment = read_scenario(locate_scenario(scenario_), settings);
  if (!experiment) return complain(experiment.error());
  draw_traces(*experiment, seed_);
  try {
    return run(*experiment, settings);
  } catch (const std::runtime_error& error) {
    fmt::print(stderr, "avocet-sim: {}\n", error.what());
    return 1;
  }
}

int RunCommand::run(Experiment& experiment, const Settings& settings) const {
  RunOptions options{.seed = seed_};
  std::unique_ptr<OutputFolder> folder;
  if (!folder_.empty()) {
    folder = std::make_unique<OutputFolder>(folder_, experiment, seed_, captures_, calendar);
    options.observers = folder->observers();
  }
  ProgressBar bar(experiment.length);
  if (ProgressBar::wanted()) options.progress = [&](Duration at) { bar.show(at); };
  const RunResult result = sim::run(experiment, options);
  const double speed = to_seconds(experiment.length) / std::max(bar.seconds(), 1e-6);
  bar.clear();

  if (!result.violations.empty()) {
    fmt::print(stderr, "avocet-sim: what must always hold did not:\n");
    for (const std::string& line : result.violations) fmt::print(stderr, "  {}\n", line);
    fmt::print(stderr, "to see it again: {}\n", replay());
    return 1;
  }
  fmt::print("{}: {}{}, seed {}\n\n{}", experiment.name, experiment.title,
             experiment.source.empty() ? "" : " (" + experiment.source + ")", seed_,
             end_table(summarize_run(experiment, result.flows)));
  fmt::print("\nhash {:016x}, {:.0f} s in {:.1f} s: {:.1f} x real time\n", result.hash,
             to_seconds(experiment.length), to_seconds(experiment.length) / speed, speed);
  if (folder) {
    RunFacts facts{.seed = seed_, .hash = result.hash, .speed = speed, .command = replay()};
    for (const auto& [key, value] : settings) facts.settings.emplace_back(key, value);
    folder->finish(result.flows, facts);
    std::string files;
    for (const std::string& file : folder->files()) files += (files.empty() ? "" : ", ") + file;
    fmt::print("in {}: {}\n", folder_, files);
  }
  return 0;
}

std::string RunCommand::replay() const {
  std::string line = fmt::format("avocet-sim run {} --seed {}", shell_word(scenario_), seed_);
  for (const std::string& set : sets_) line += " --set " + shell_word(set);
  return line;
}

}  // namespace avocet::sim
