#include "sim/run_command.hpp"

#include <fmt/format.h>
#include <unistd.h>

#include <chrono>
#include <fstream>
#include <memory>
#include <nlohmann/json.hpp>
#include <stdexcept>

#include "sim/adapter/credentials.hpp"
#include "sim/adapter/run.hpp"
#include "sim/end_table.hpp"
#include "sim/observe/output_folder.hpp"
#include "sim/observe/run_summary.hpp"
#include "sim/progress_bar.hpp"

namespace avocet::sim {

RunCommand::RunCommand(CLI::App& app)
    : command_(app.add_subcommand("run", "run one: prints what each flow made of its network")),
      choice_(*command_) {
  command_->add_option(
      "--out", folder_,
      "folder for report.html, summary.json, timeline.csv, truth.json, captures and the keys to them");
  command_->add_option("--summary", summary_, "file for summary.json alone; - prints it, and nothing else");
  command_->add_option("--capture", captures_,
                       "where packets are captured (with --out): FLOW.server, FLOW.publisher, FLOW.viewer,\n"
                       "LINK.NODE, all or none (default: the viewers)");
}

int RunCommand::run() {
  if (folder_.empty() && !captures_.empty()) {
    fmt::print(stderr, "avocet-sim: --capture needs a folder for the files: add --out DIR\n");
    return 2;
  }
  const auto experiment = choice_.read();
  if (!experiment) return 2;
  try {
    return run(*experiment);
  } catch (const std::runtime_error& error) {
    fmt::print(stderr, "avocet-sim: {}\n", error.what());
    return 1;
  }
}

int RunCommand::run(const Experiment& experiment) const {
  RunOptions options{.seed = choice_.seed()};
  std::unique_ptr<OutputFolder> folder;
  if (!folder_.empty()) {
    folder = std::make_unique<OutputFolder>(folder_, experiment, choice_.seed(), captures_, calendar);
    options.observers = folder->observers();
  }
  ProgressBar bar(experiment.length);
  if (ProgressBar::wanted() && summary_ != "-") options.progress = [&](Duration at) { bar.show(at); };
  const RunResult result = sim::run(experiment, options);
  const double speed = to_seconds(experiment.length) / std::max(bar.seconds(), 1e-6);
  bar.clear();

  if (!result.violations.empty()) {
    fmt::print(stderr, "avocet-sim: what must always hold did not:\n");
    for (const std::string& line : result.violations) fmt::print(stderr, "  {}\n", line);
    fmt::print(stderr, "to see it again: {}\n", replay());
    return 1;
  }
  RunFacts facts{.seed = choice_.seed(), .hash = result.hash, .speed = speed, .command = replay()};
  for (const auto& [key, value] : choice_.settings()) facts.settings.emplace_back(key, value);
  if (!summary_.empty()) write_summary(experiment, result.flows, facts);
  if (folder) folder->finish(result.flows, facts);
  if (summary_ == "-") return 0;
  fmt::print("{}: {}{}, seed {}\n\n{}", experiment.name, experiment.title,
             experiment.source.empty() ? "" : " (" + experiment.source + ")", choice_.seed(),
             end_table(summarize_run(experiment, result.flows)));
  fmt::print("\nhash {:016x}, {:.0f} s in {:.1f} s: {:.1f} x real time\n", result.hash,
             to_seconds(experiment.length), to_seconds(experiment.length) / speed, speed);
  if (folder) {
    std::string files;
    for (const std::string& file : folder->files()) files += (files.empty() ? "" : ", ") + file;
    fmt::print("in {}: {}\n", folder_, files);
  }
  return 0;
}

void RunCommand::write_summary(const Experiment& experiment, const std::vector<FlowRecord>& flows,
                               const RunFacts& facts) const {
  const std::string text = to_json(experiment, summarize_run(experiment, flows), facts).dump(2) + "\n";
  if (summary_ == "-") return fmt::print("{}", text);
  std::ofstream out(summary_);
  out << text;
  if (!out.flush().good()) throw std::runtime_error(summary_ + " cannot be written");
}

std::string RunCommand::replay() const { return "avocet-sim run " + choice_.words(); }

}  // namespace avocet::sim
