#pragma once

#include "analysis/account/place.hpp"

namespace avocet::analysis {

/// Queues, disorder and changes of the way that packets take.
std::optional<Finding> bufferbloat(const Place&);
std::optional<Finding> slow_receiver(const Place&);
std::optional<Finding> reordering(const Place&);
std::optional<Finding> duplication(const Place&);
std::optional<Finding> address_change(const Place&);
std::optional<Finding> route_change(const Place&);
std::optional<Finding> congestion_marks(const Place&);
std::optional<Finding> ecn_cleared(const Place&);

}  // namespace avocet::analysis
