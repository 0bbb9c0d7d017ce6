#pragma once

#include <CLI/CLI.hpp>
#include <cstdint>
#include <string>

namespace avocet::sim {

/// `avocet-sim trace`: prints a capacity as a moving phone may find it, in mahimahi's format.
class TraceCommand {
 public:
  explicit TraceCommand(CLI::App&);
  bool parsed() const { return command_->parsed(); }
  int run() const;

 private:
  CLI::App* command_;
  std::string like_ = "lte", mean_, length_ = "120s";
  std::uint64_t seed_ = 1;
};

}  // namespace avocet::sim
