#pragma once

#include <CLI/CLI.hpp>
#include <cstdint>
#include <string>
#include <vector>

#include "sim/experiment/scenario_file.hpp"

namespace avocet::sim {

/// `avocet-sim run`: one scenario, once.
class RunCommand {
 public:
  explicit RunCommand(CLI::App&);
  int run() const;

 private:
  int run(Experiment&, const Settings&) const;
  std::string replay() const;

  CLI::App* command_;
  std::string scenario_, folder_;
  std::uint64_t seed_ = 1;
  std::vector<std::string> sets_, captures_;
};

}  // namespace avocet::sim
