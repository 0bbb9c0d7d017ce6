#pragma once

#include <string>

#include "analysis/packets/packet_reader.hpp"

namespace avocet::analysis {

/// What qlog's QUIC events call a packet of this kind (draft-ietf-quic-qlog-quic-events, PacketType): a Hello
/// and its answer are what Initial packets are there.
std::string_view qlog_packet_type(wire::PacketKind);

/// The data of a qlog event packet_sent or packet_received, as JSON. Frames have the names of QUIC's that do
/// the same; media and parity are datagrams, with what they are beside it. Lengths are given as the drafts
/// have them today (raw.payload_length) and as qlog 0.3 had them (length).
std::string qlog_packet(const Packet&, std::size_t size);

}  // namespace avocet::analysis
