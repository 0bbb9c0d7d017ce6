#pragma once

#include "analysis/account/place.hpp"

namespace avocet::analysis {

/// Losses of the network: one by one, in bursts, or by policing, which are told apart.
std::optional<Finding> loss(const Place&);
std::optional<Finding> asymmetric_loss(const Place&);
/// What is larger than a certain size never arrives.
std::optional<Finding> mtu_black_hole(const Place&);
/// It was the capture that lost packets.
std::optional<Finding> capture_loss(const Place&);
/// Nothing came for a while.
std::optional<Finding> outage(const Place&);

}  // namespace avocet::analysis
