#pragma once

#include <CLI/CLI.hpp>
#include <string>
#include <vector>

#include "sim/observe/output_folder.hpp"
#include "sim/scenario_choice.hpp"

namespace avocet::sim {

/// `avocet-sim run`: one scenario, once.
class RunCommand {
 public:
  explicit RunCommand(CLI::App&);
  int run();

 private:
  int run(const Experiment&) const;
  void write_summary(const Experiment&, const std::vector<FlowRecord>&, const RunFacts&) const;
  std::string replay() const;

  CLI::App* command_;
  ScenarioChoice choice_;
  std::string folder_, summary_;
  std::vector<std::string> captures_;
};

}  // namespace avocet::sim
