#pragma once

#include <string>
#include <vector>

#include "analysis/report/page.hpp"
#include "sim/campaign/comparison.hpp"
#include "sim/campaign/results.hpp"

namespace avocet::sim {

/// For a terminal: a block for each scenario, a line for each flow.
std::string results_text(const Results&);
/// The differences that are more than chance; a line that says so when there are none.
std::string comparison_text(const std::vector<Difference>&);

/// The reports of the same.
report::Page results_page(const Results&, std::size_t runs, std::size_t failed, const std::string& command);
report::Page comparison_page(const std::vector<Difference>&, const std::string& before,
                             const std::string& after);

}  // namespace avocet::sim
