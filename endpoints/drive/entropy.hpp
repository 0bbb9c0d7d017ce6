#pragma once

#include "protocol/base/entropy.hpp"

namespace avocet::drive {

/// Fresh randomness from the kernel, from which a session or listener draws everything it needs. Ends the
/// process when the kernel has none to give: to go on would be to go on without secrets.
Entropy draw_entropy();

}  // namespace avocet::drive
