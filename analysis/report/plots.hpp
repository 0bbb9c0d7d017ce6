#pragma once

#include <string>

#include "analysis/report/page.hpp"

namespace avocet::report {

/// Each chart of a page as a PNG in that folder, named after its title, drawn by gnuplot. What failed, for a
/// person; empty when nothing did.
std::string write_plots(const Page&, const std::string& folder);

}  // namespace avocet::report
