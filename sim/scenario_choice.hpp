#pragma once

#include <CLI/CLI.hpp>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "sim/experiment/scenario_file.hpp"

namespace avocet::sim {

/// Which experiment a command is about, as said on its command line: a scenario, a seed, and settings.
class ScenarioChoice {
 public:
  explicit ScenarioChoice(CLI::App& command);

  /// With its traces drawn. When there is none, what is wrong has been said: wrong usage.
  std::optional<Experiment> read();

  std::uint64_t seed() const { return seed_; }
  const Settings& settings() const { return settings_; }  ///< once read
  /// The same choice again, as words for a shell.
  std::string words() const;

 private:
  std::string scenario_;
  std::uint64_t seed_ = 1;
  std::vector<std::string> sets_;
  Settings settings_;
};

}  // namespace avocet::sim
