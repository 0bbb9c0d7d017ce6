#pragma once

#include <string>

#include "analysis/account/account.hpp"
#include "analysis/report/page.hpp"

namespace avocet::analysis {

/// A report with plots. `command` is what makes it again.
report::Page page_of(const Account&, const std::string& command);

}  // namespace avocet::analysis
