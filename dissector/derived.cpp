#include "dissector/derived.hpp"

#include <iterator>
#include <tuple>

#include "dissector/names.hpp"
#include "dissector/shape.hpp"
#include "protocol/wire/service.hpp"

namespace avocet::dissector {
namespace {

struct Row {
  const char *name, *filter;
  ftenum type;
  int display;
  const char* meaning;
};

constexpr const char* seconds = "Seconds";
constexpr int count = BASE_DEC;

// In the order of Derived.
constexpr Row rows[] = {
    {"Connection", "avocet.connection", FT_UINT32, count, "Number of the connection in this capture"},
    {"Kind", "avocet.kind", FT_UINT8, count, "Kind of the packet, whatever its header"},
    {"Connection id", "avocet.cid", FT_UINT64, BASE_HEX, "Any connection id in a header or Hello"},
    {"From the client", "avocet.from_client", FT_BOOLEAN, BASE_NONE, "Whether the client sent this packet"},
    {"Packet number", "avocet.number", FT_UINT64, count, "All 64 bits (AV-PKT-8)"},
    {"Key generation", "avocet.generation", FT_UINT64, count, "Generation of the keys that opened it"},
    {"Decrypted", "avocet.decrypted", FT_BOOLEAN, BASE_NONE, "Whether the packet was opened"},
    {"Missing secret", "avocet.missing_secret", FT_STRING, BASE_NONE, "Label in the key log"},
    {"Client random", "avocet.client_random", FT_STRING, BASE_NONE, "Names the connection in the key log"},
    {"Packets missing before", "avocet.gap", FT_UINT64, count, "Numbers passed over"},
    {"Same number as", "avocet.duplicate_of", FT_FRAMENUM, BASE_NONE, "Packet with the same number"},
    {"Time since the packet before", "avocet.interval", FT_RELATIVE_TIME, BASE_NONE, "Same direction"},
    {"Round trip by the spin bit", "avocet.spin.round_trip", FT_RELATIVE_TIME, BASE_NONE,
     "Between its flips"},
    {"Address until now", "avocet.previous_address", FT_STRING, BASE_NONE, "Of the same sender"},
    {"Frame type", "avocet.frame.type", FT_UINT64, BASE_HEX, "Type of any frame"},
    {"Frames", "avocet.frames", FT_UINT32, count, "Frames in this packet"},
    {"Acknowledges the packet in", "avocet.ack.packet", FT_FRAMENUM, BASE_NONE, "The largest number"},
    {"Round trip", "avocet.ack.round_trip", FT_RELATIVE_TIME, BASE_NONE,
     "From that packet to this acknowledgement, where it was captured"},
    {"Round trip less the delay", "avocet.ack.path_round_trip", FT_RELATIVE_TIME, BASE_NONE,
     "The same without what the receiver held it (RFC 9002 section 5.3)"},
    {"Newly acknowledged", "avocet.ack.newly", FT_UINT64, count, "Packets acknowledged for the first time"},
    {"Missing below the largest", "avocet.ack.missing", FT_UINT64, count, "Packets between the runs"},
    {"Acknowledged packets", "avocet.ack.packets", FT_UINT64, count, "Packets in all runs"},
    {"Carries again what is in", "avocet.retransmission.of", FT_FRAMENUM, BASE_NONE, "The original packet"},
    {"Time since the original", "avocet.retransmission.delay", FT_RELATIVE_TIME, BASE_NONE, seconds},
    {"Carried again in", "avocet.retransmission.in", FT_FRAMENUM, BASE_NONE, "A later packet with the same"},
    {"Time since the first Hello", "avocet.handshake_time", FT_RELATIVE_TIME, BASE_NONE, seconds},
    {"Message type", "avocet.message.type", FT_UINT64, BASE_HEX, "Type of any service message"},
    {"Message length", "avocet.message.length", FT_UINT32, count, "Bytes with type and length"},
    {"Answers the request in", "avocet.request_in", FT_FRAMENUM, BASE_NONE, "Packet with the request"},
    {"Time since the request", "avocet.response_time", FT_RELATIVE_TIME, BASE_NONE, seconds},
    {"Answered in", "avocet.response_in", FT_FRAMENUM, BASE_NONE, "Packet with the answer"},
    {"Stream bytes so far", "avocet.stream.received", FT_UINT64, count, "Without gaps from its beginning"},
    {"Answers the challenge in", "avocet.path_response.challenge_in", FT_FRAMENUM, BASE_NONE,
     "The challenge"},
    {"Round trip of the path", "avocet.path_response.round_trip", FT_RELATIVE_TIME, BASE_NONE, seconds},
    {"Media frame", "avocet.media.frame", FT_UINT64, count, "Number of the frame, in decode order"},
    {"First packet of the frame", "avocet.media.first", FT_FRAMENUM, BASE_NONE, "Where it began to arrive"},
    {"Last packet of the frame", "avocet.media.last", FT_FRAMENUM, BASE_NONE, "Where it became whole"},
    {"Packet of the frame", "avocet.media.packet", FT_FRAMENUM, BASE_NONE, "One with a fragment of it"},
    {"Packets of the frame", "avocet.media.packets", FT_UINT32, count, "With fragments of it"},
    {"Time from first to last", "avocet.media.span", FT_RELATIVE_TIME, BASE_NONE, "Of the frame's fragments"},
    {"Delay above the least", "avocet.media.delay", FT_RELATIVE_TIME, BASE_NONE,
     "From capture to whole, above the smallest on this connection (AV-PLY-6)"},
    {"Repaired", "avocet.media.repaired", FT_BOOLEAN, BASE_NONE, "Whether parity or a repetition was needed"},
    {"Fragments rebuilt", "avocet.media.recovered", FT_UINT32, count, "From parity"},
    {"Frame whole", "avocet.media.whole", FT_BOOLEAN, BASE_NONE, "Whether this packet makes the frame whole"},
    {"Frame is whole in", "avocet.media.whole_in", FT_FRAMENUM, BASE_NONE,
     "Packet that makes whole what this one has a part of"},
    {"Track of the whole frame", "avocet.media.whole_track", FT_UINT32, count, "This packet makes it whole"},
    {"Whole frame", "avocet.media.whole_frame", FT_UINT64, count, "Number of the frame that is whole now"},
    {"Size of the frame", "avocet.media.size", FT_UINT32, count, "Bytes of the frame that is whole now"},
    {"Key frame", "avocet.media.key", FT_BOOLEAN, BASE_NONE, "Whether the frame needs no other"},
    {"Late by", "avocet.media.late_by", FT_RELATIVE_TIME, BASE_NONE, "After the deadline"},
    {"Jitter", "avocet.media.jitter", FT_RELATIVE_TIME, BASE_NONE, "Of whole frames, as in RFC 3550"},
    {"Picture stood still", "avocet.media.frozen", FT_RELATIVE_TIME, BASE_NONE, "W3C webrtc-stats freeze"},
    {"Frame given up", "avocet.media.abandoned", FT_UINT64, count,
     "Number of a frame that never became whole"},
    {"Payload", "avocet.media.payload", FT_BYTES, BASE_NONE, "The access unit"},
    {"Rendition", "avocet.media.rendition", FT_STRING, BASE_NONE, "Of the track"},
    {"Codec", "avocet.media.codec", FT_STRING, BASE_NONE, "Of the track"},
    {"Fragments missing", "avocet.parity.missing", FT_UINT32, count, "Of those that it protects"},
    {"Last packet of the old track", "avocet.switched.last_packet", FT_FRAMENUM, BASE_NONE, "Before"},
    {"Time since that packet", "avocet.switched.since_last", FT_RELATIVE_TIME, BASE_NONE, seconds},
};
static_assert(std::size(rows) == static_cast<std::size_t>(Derived::switch_time) + 1);

int ids[std::size(rows)];

/// Names of all types of a registry, as Wireshark wants them for 64 bits.
template <class... Ts>
const val64_string* type_names(wire::Registry<Ts...>) {
  static const val64_string names[] = {{wire::Wire<Ts>::type, keep(std::string(wire::Wire<Ts>::name))}...,
                                       {0, nullptr}};
  return names;
}

const void* strings_of(std::size_t row) {
  switch (static_cast<Derived>(row)) {
    case Derived::kind: return value_names<wire::PacketKind>();
    case Derived::frame_type: return type_names(wire::Frames{});
    case Derived::message_type: return type_names(wire::ServiceMessages{});
    case Derived::ack_packet: return FRAMENUM_TYPE(FT_FRAMENUM_ACK);
    case Derived::duplicate_of: return FRAMENUM_TYPE(FT_FRAMENUM_DUP_ACK);
    case Derived::retransmission_of: return FRAMENUM_TYPE(FT_FRAMENUM_RETRANS_PREV);
    case Derived::retransmission_in: return FRAMENUM_TYPE(FT_FRAMENUM_RETRANS_NEXT);
    case Derived::request_in: return FRAMENUM_TYPE(FT_FRAMENUM_REQUEST);
    case Derived::response_in: return FRAMENUM_TYPE(FT_FRAMENUM_RESPONSE);
    default: return nullptr;
  }
}

}  // namespace

void register_derived_fields(int protocol) {
  static hf_register_info infos[std::size(rows)];
  for (std::size_t i = 0; i < std::size(rows); ++i) {
    const Row& row = rows[i];
    const bool names_64 = row.type == FT_UINT64 && strings_of(i) != nullptr;
    ids[i] = -1;
    infos[i] = {&ids[i],
                {row.name, row.filter, row.type, row.display | (names_64 ? BASE_VAL64_STRING : 0),
                 strings_of(i), 0, row.meaning, HFILL}};
  }
  proto_register_field_array(protocol, infos, static_cast<int>(std::size(infos)));
}

int id_of(Derived field) { return ids[static_cast<std::size_t>(field)]; }

}  // namespace avocet::dissector
