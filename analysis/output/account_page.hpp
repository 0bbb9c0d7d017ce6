#pragma once

#include <string>

#include "analysis/account/account.hpp"

namespace avocet::analysis {

/// One HTML file with plots that needs nothing else. `command` is what makes it again.
std::string to_page(const Account&, const std::string& command);

}  // namespace avocet::analysis
