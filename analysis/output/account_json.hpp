#pragma once

#include <functional>
#include <string_view>

#include "analysis/account/account.hpp"

namespace avocet::analysis {

/// As specs/analysis.schema.json describes it, a piece at a time: thousands of connections take no more room
/// than one.
void write_json(const Account&, const std::function<void(std::string_view)>& write);

}  // namespace avocet::analysis
