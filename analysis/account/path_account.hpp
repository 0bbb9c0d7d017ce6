#pragma once

#include "analysis/account/account.hpp"

namespace avocet::analysis {

/// What is said of a direction whether or not there are keys.
DirectionAccount path_account(const Direction&);

}  // namespace avocet::analysis
