#pragma once

#include "analysis/account/account.hpp"

namespace avocet::analysis {

/// What is wrong with a connection, or worth knowing; the weightiest first.
std::vector<Finding> connection_findings(const ConnectionAccount&);
/// What is wrong with the capture itself, or with what else is in it.
std::vector<Finding> capture_findings(const CaptureReading&, const Account&);

}  // namespace avocet::analysis
