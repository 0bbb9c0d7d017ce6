#pragma once

#include "dissector/statistics.hpp"

/// File > Export Objects > Avocet, and `tshark --export-objects avocet,FOLDER`: a file for each track.
namespace avocet::dissector {

void register_export(int protocol);
/// Tells the export, if there is one, of a packet.
void tell_export(packet_info*, const TapPacket&);

}  // namespace avocet::dissector
