#pragma once

#include <nlohmann/json_fwd.hpp>

#include "analysis/account/account.hpp"

namespace avocet::analysis {

/// As specs/analysis.schema.json describes it.
nlohmann::ordered_json to_json(const Account&);

}  // namespace avocet::analysis
