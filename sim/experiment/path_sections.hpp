#pragma once

#include <filesystem>

#include "sim/experiment/experiment.hpp"
#include "sim/experiment/toml_section.hpp"

namespace avocet::sim {

/// What packets pass: the tables `link`, `wifi` and `lte` of a scenario. Traces are looked for in `folder`
/// first.
Link read_link(TomlSection&, const std::filesystem::path& folder);
Wifi read_wifi(TomlSection&);
Lte read_lte(TomlSection&);

}  // namespace avocet::sim
