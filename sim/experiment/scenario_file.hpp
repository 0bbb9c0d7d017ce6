#pragma once

#include <expected>
#include <filesystem>
#include <string>
#include <vector>

#include "sim/experiment/experiment.hpp"
#include "sim/experiment/toml_section.hpp"

namespace avocet::sim {

/// Reads a scenario. `overrides` (from --set) replace the file's [settings]; one that the file does not have
/// is an error that lists those it has. Two settings exist everywhere: `scale` multiplies all rates, `length`
/// says how long it takes: flows without a `stop` of their own go on to that end. Every error names the file,
/// the line, and what was expected.
std::expected<Experiment, std::vector<ScenarioError>> read_scenario(const std::filesystem::path&,
                                                                    const Settings& overrides);
/// The same from text; `name` stands for the file in messages, and other files are looked for beside it.
std::expected<Experiment, std::vector<ScenarioError>> parse_scenario(std::string_view text,
                                                                     const std::string& name,
                                                                     const Settings& overrides);

}  // namespace avocet::sim
