#pragma once

#include <vector>

#include "protocol/base/units.hpp"

namespace avocet::service {

/// One of those who share a path.
struct Claim {
  double weight = 1;
  DataRate most;  ///< more it cannot use
};

/// What `mine` gets of a path that all claims share by weight, when nobody takes more than it can use. `mine`
/// is one of `claims`.
DataRate share_of_path(DataRate path, std::vector<Claim> claims, const Claim& mine);

}  // namespace avocet::service
