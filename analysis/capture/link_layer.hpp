#pragma once

#include <optional>

#include "analysis/capture/record.hpp"

namespace avocet::capture {

/// What follows the link layer's header, VLAN tags and PPPoE passed over. Nothing when it is not IP; known()
/// tells whether that is for the link type.
std::optional<ByteView> ip_of(const Record&);

/// The link type is one that ip_of() reads.
bool known(Link);

}  // namespace avocet::capture
