#pragma once

#include <string>

#include "analysis/capture/network_packet.hpp"

namespace avocet::analysis {

/// What a person calls the traffic that a packet belongs to: by what is in it, else by its ports. Empty when
/// `named` already and this packet shows no more.
std::string flow_name(const capture::NetworkPacket&, bool named);

}  // namespace avocet::analysis
