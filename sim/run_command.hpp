#pragma once

#include <CLI/CLI.hpp>
#include <string>
#include <vector>

#include "sim/scenario_choice.hpp"

namespace avocet::sim {

/// `avocet-sim run`: one scenario, once.
class RunCommand {
 public:
  explicit RunCommand(CLI::App&);
  int run();

 private:
  int run(const Experiment&) const;
  std::string replay() const;

  CLI::App* command_;
  ScenarioChoice choice_;
  std::string folder_;
  std::vector<std::string> captures_;
};

}  // namespace avocet::sim
