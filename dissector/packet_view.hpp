#pragma once

#include "dissector/record.hpp"
#include "dissector/wireshark.hpp"

/// A packet and its record as people see them.
namespace avocet::dissector {

struct PacketView {
  packet_info* packet;
  tvbuff_t* tvb;
  proto_tree* tree;  ///< null when nobody looks: then only judgements are made
  const PacketRecord& record;
  ByteView frames;       ///< plain text, empty when there is none
  tvbuff_t* plain_text;  ///< a tvb of it; null when there is none
};

void register_packet_view(int protocol);

/// The lines below the protocol's own; judgements are made whether or not there is a tree.
void show_packet(const PacketView&, proto_item* root);
/// One line about the packet for the list of packets.
std::string summarise(ByteView packet, const PacketRecord&, ByteView frames);

}  // namespace avocet::dissector
