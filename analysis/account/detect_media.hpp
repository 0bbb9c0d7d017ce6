#pragma once

#include "analysis/account/place.hpp"

namespace avocet::analysis {

std::optional<Finding> key_frame_spikes(const Place&);
/// Parity that was not needed, or that would have been.
std::optional<Finding> too_much_parity(const Place&);
std::optional<Finding> too_little_parity(const Place&);
std::optional<Finding> wasted_retransmissions(const Place&);
/// A publisher's encoder does not keep to what it is told.
std::optional<Finding> encoder_overshoot(const ConnectionAccount&);

/// What the viewer of a play saw. Each time that the clock of the capture was set, of `clock_steps`, makes a
/// freeze that nobody saw.
std::optional<Finding> freezes(const PlayAccount&, double clock_steps);
std::optional<Finding> slow_path(const PlayAccount&);
std::optional<Finding> oscillating_rendition(const PlayAccount&, double seconds);

}  // namespace avocet::analysis
