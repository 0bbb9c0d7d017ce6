#pragma once

#include <CLI/CLI.hpp>
#include <string>

namespace avocet::sim {

/// `avocet-sim compare`: two campaigns of the same scenarios, of two builds or with two settings.
class CompareCommand {
 public:
  explicit CompareCommand(CLI::App&);
  bool parsed() const { return command_->parsed(); }
  int run() const;

 private:
  CLI::App* command_;
  std::string before_, after_, page_;
};

}  // namespace avocet::sim
