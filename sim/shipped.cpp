#include "sim/shipped.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace avocet::sim {

namespace fs = std::filesystem;

std::vector<fs::path> shipped_scenarios() {
  std::vector<fs::path> all;
  for (const auto& entry : fs::directory_iterator(AVOCET_SCENARIOS)) {
    if (entry.path().extension() == ".toml") all.push_back(entry.path());
  }
  std::ranges::sort(all);
  return all;
}

fs::path locate_scenario(const std::string& scenario) {
  const fs::path shipped = fs::path(AVOCET_SCENARIOS) / (scenario + ".toml");
  return fs::exists(shipped) ? shipped : fs::path(scenario);
}

int complain(const std::vector<ScenarioError>& errors) {
  for (const ScenarioError& error : errors) fmt::print(stderr, "avocet-sim: {}\n", error.message);
  return 2;
}

}  // namespace avocet::sim
