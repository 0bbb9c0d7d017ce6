#include "sim/scenario_choice.hpp"

#include <fmt/format.h>

#include "sim/campaign/plan.hpp"
#include "sim/experiment/capacity.hpp"
#include "sim/shipped.hpp"

namespace avocet::sim {

ScenarioChoice::ScenarioChoice(CLI::App& command) {
  command.add_option("scenario", scenario_, "name of a shipped scenario, or a file")->required();
  command.add_option("--seed", seed_, "the same seed gives the same run, to the byte")->capture_default_str();
  command.add_option("--set", sets_, "KEY=VALUE for one of the scenario's settings, or for scale or length");
}

std::optional<Experiment> ScenarioChoice::read() {
  for (const std::string& set : sets_) {
    const auto equals = set.find('=');
    if (equals == std::string::npos) {
      fmt::print(stderr, "avocet-sim: --set {}: wanted is KEY=VALUE, such as --set loss=5%\n", set);
      return std::nullopt;
    }
    settings_[set.substr(0, equals)] = set.substr(equals + 1);
  }
  auto experiment = read_scenario(locate_scenario(scenario_), settings_);
  if (!experiment) return complain(experiment.error()), std::nullopt;
  draw_traces(*experiment, seed_);
  return std::move(*experiment);
}

std::string ScenarioChoice::words() const {
  std::string line = fmt::format("{} --seed {}", shell_word(scenario_), seed_);
  for (const std::string& set : sets_) line += " --set " + shell_word(set);
  return line;
}

}  // namespace avocet::sim
