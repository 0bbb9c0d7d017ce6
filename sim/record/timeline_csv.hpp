#pragma once

#include <iosfwd>

#include "sim/record/timeline.hpp"

namespace avocet::sim {

/// The line of column names, and the rows of one flow. What was not measured is empty.
void write_timeline_header(std::ostream&);
void write_timeline(std::ostream&, const FlowRecord&, const std::vector<TimelineRow>&);

}  // namespace avocet::sim
