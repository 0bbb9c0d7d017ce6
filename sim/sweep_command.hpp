#pragma once

#include <CLI/CLI.hpp>
#include <cstdint>
#include <expected>
#include <filesystem>
#include <string>
#include <vector>

#include "sim/campaign/results.hpp"

namespace avocet::sim {

/// `avocet-sim sweep`: scenarios with many seeds and settings, over all cores and more machines by GNU
/// Parallel, and what came out of them in one table.
class SweepCommand {
 public:
  explicit SweepCommand(CLI::App&);
  bool parsed() const { return command_->parsed(); }
  int run() const;

 private:
  struct Job {
    Point point;
    std::uint64_t seed = 0;
    std::filesystem::path folder;  // below the campaign's
  };

  std::expected<std::vector<Job>, int> plan() const;
  bool done(const Job&) const;
  std::string command_of(const Job&) const;
  bool run_all(const std::vector<Job>&) const;
  int merge(const std::vector<Job>&) const;

  CLI::App* command_;
  std::vector<std::string> scenarios_, sets_, logins_;
  std::string seeds_ = "1..20", folder_, program_, jobs_;
  bool anew_ = false;
};

}  // namespace avocet::sim
