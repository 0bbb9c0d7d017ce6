#pragma once

#include <CLI/CLI.hpp>
#include <string>

#include "sim/scenario_choice.hpp"

namespace avocet::sim {

/// `avocet-sim bridge`: a scenario in real time, with real programs in place of one of its flows.
class BridgeCommand {
 public:
  explicit BridgeCommand(CLI::App&);
  bool parsed() const { return command_->parsed(); }
  int run();

 private:
  CLI::App* command_;
  ScenarioChoice choice_;
  std::string flow_;
};

}  // namespace avocet::sim
