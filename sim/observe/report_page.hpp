#pragma once

#include "analysis/report/page.hpp"
#include "sim/observe/output_folder.hpp"
#include "sim/observe/run_summary.hpp"

namespace avocet::sim {

/// report.html of a run. `command` is what makes it again.
report::Page report_page(const Experiment&, const RunSummary&, const RunFacts&);

}  // namespace avocet::sim
