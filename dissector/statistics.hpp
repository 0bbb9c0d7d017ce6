#pragma once

#include "dissector/record.hpp"
#include "dissector/wireshark.hpp"

/// What is counted over a capture: `tshark -z avocet,tree`, `avocet_media,tree`, follow stream.
namespace avocet::dissector {

/// What the taps are told of each packet.
struct TapPacket {
  ByteView packet;
  const PacketRecord* record;
  ByteView frames;
};

void register_statistics(int protocol);
void hand_off_statistics();
void tell_statistics(packet_info*, tvbuff_t*, const TapPacket&);

}  // namespace avocet::dissector
