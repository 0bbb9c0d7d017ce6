#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "sim/experiment/scenario_file.hpp"

namespace avocet::sim {

/// The scenario files that come with the program, by name.
std::vector<std::filesystem::path> shipped_scenarios();

/// The file of a name of a shipped scenario, or of a path.
std::filesystem::path locate_scenario(const std::string&);

/// Says what is wrong with a scenario; the exit status for that.
int complain(const std::vector<ScenarioError>&);

}  // namespace avocet::sim
