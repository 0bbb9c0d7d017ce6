#pragma once

#include <filesystem>
#include <vector>

#include "sim/experiment/experiment.hpp"
#include "sim/experiment/toml_section.hpp"

namespace avocet::sim {

/// What sends: a table `flow` of a scenario of that length. With `count` it stands for as many flows side by
/// side, NAME-1, NAME-2, ... Frames are looked for in `folder` first.
std::vector<Flow> read_flows(TomlSection&, const std::filesystem::path& folder, Duration length);

}  // namespace avocet::sim
