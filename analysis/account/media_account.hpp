#pragma once

#include "analysis/account/account.hpp"

namespace avocet::analysis {

/// Adds what only those with the keys can say.
void add_opened(ConnectionAccount&, const OpenedConnection&);

}  // namespace avocet::analysis
