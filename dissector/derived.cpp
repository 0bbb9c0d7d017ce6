#include "dissector/derived.hpp"

#include <iterator>
#include <tuple>

#include "dissector/names.hpp"
#include "dissector/shape.hpp"
#include "dissector/tables.hpp"
#include "protocol/wire/service.hpp"

namespace avocet::dissector {
namespace {

struct As {
  ftenum type;
  int display = BASE_NONE;
};
constexpr As time{FT_RELATIVE_TIME}, link{FT_FRAMENUM}, flag{FT_BOOLEAN}, text{FT_STRING}, bytes{FT_BYTES};
constexpr As number{FT_UINT64, BASE_DEC}, small_number{FT_UINT32, BASE_DEC}, byte{FT_UINT8, BASE_DEC};
constexpr As hexadecimal{FT_UINT64, BASE_HEX};

struct Row {
  Derived field;
  const char *name, *filter;
  As as;
  const char* meaning;
};

constexpr Row rows[] = {
    {Derived::connection, "Connection", "avocet.connection", small_number,
     "Number of the connection in this capture"},
    {Derived::kind, "Kind", "avocet.kind", byte, "Kind of the packet, whatever its header"},
    {Derived::cid, "Connection id", "avocet.cid", hexadecimal, "Any connection id in a header or Hello"},
    {Derived::from_client, "From the client", "avocet.from_client", flag,
     "Whether the client sent this packet"},
    {Derived::number, "Packet number", "avocet.number", number, "All 64 bits (AV-PKT-8)"},
    {Derived::generation, "Key generation", "avocet.generation", number,
     "Generation of the keys that opened it"},
    {Derived::decrypted, "Decrypted", "avocet.decrypted", flag, "Whether the packet was opened"},
    {Derived::missing_secret, "Missing secret", "avocet.missing_secret", text, "Label in the key log"},
    {Derived::client_random, "Client random", "avocet.client_random", text,
     "Names the connection in the key log"},
    {Derived::gap, "Packets missing before", "avocet.gap", number, "Numbers passed over"},
    {Derived::duplicate_of, "Same number as", "avocet.duplicate_of", link, "Packet with the same number"},
    {Derived::interval, "Time since the packet before", "avocet.interval", time, "Same direction"},
    {Derived::spin_round_trip, "Round trip by the spin bit", "avocet.spin.round_trip", time,
     "Between its flips"},
    {Derived::previous_address, "Address until now", "avocet.previous_address", text, "Of the same sender"},
    {Derived::frame_type, "Frame type", "avocet.frame.type", hexadecimal, "Type of any frame"},
    {Derived::frames, "Frames", "avocet.frames", small_number, "Frames in this packet"},
    {Derived::ack_packet, "Acknowledges the packet in", "avocet.ack.packet", link, "The largest number"},
    {Derived::ack_round_trip, "Round trip", "avocet.ack.round_trip", time,
     "From that packet to this acknowledgement, where it was captured"},
    {Derived::ack_path_round_trip, "Round trip less the delay", "avocet.ack.path_round_trip", time,
     "The same without what the receiver held it (RFC 9002 section 5.3)"},
    {Derived::ack_newly, "Newly acknowledged", "avocet.ack.newly", number,
     "Packets acknowledged for the first time"},
    {Derived::ack_lost, "Missing below the largest", "avocet.ack.missing", number,
     "Packets between the runs"},
    {Derived::ack_packets, "Acknowledged packets", "avocet.ack.packets", number, "Packets in all runs"},
    {Derived::retransmission_of, "Carries again what is in", "avocet.retransmission.of", link,
     "The original packet"},
    {Derived::retransmission_delay, "Time since the original", "avocet.retransmission.delay", time,
     "Seconds"},
    {Derived::retransmission_in, "Carried again in", "avocet.retransmission.in", link,
     "A later packet with the same"},
    {Derived::handshake_time, "Time since the first Hello", "avocet.handshake_time", time, "Seconds"},
    {Derived::message_type, "Message type", "avocet.message.type", hexadecimal,
     "Type of any service message"},
    {Derived::message_length, "Message length", "avocet.message.length", small_number,
     "Bytes with type and length"},
    {Derived::request_in, "Answers the request in", "avocet.request_in", link, "Packet with the request"},
    {Derived::response_time, "Time since the request", "avocet.response_time", time, "Seconds"},
    {Derived::response_in, "Answered in", "avocet.response_in", link, "Packet with the answer"},
    {Derived::stream_bytes, "Stream bytes so far", "avocet.stream.received", number,
     "Without gaps from its beginning"},
    {Derived::path_challenge_in, "Answers the challenge in", "avocet.path_response.challenge_in", link,
     "The challenge"},
    {Derived::path_round_trip, "Round trip of the path", "avocet.path_response.round_trip", time, "Seconds"},
    {Derived::media_frame, "Media frame", "avocet.media.frame", number,
     "Number of the frame, in decode order"},
    {Derived::media_first, "First packet of the frame", "avocet.media.first", link,
     "Where it began to arrive"},
    {Derived::media_last, "Last packet of the frame", "avocet.media.last", link, "Where it became whole"},
    {Derived::media_packet, "Packet of the frame", "avocet.media.packet", link, "One with a fragment of it"},
    {Derived::media_packets, "Packets of the frame", "avocet.media.packets", small_number,
     "With fragments of it"},
    {Derived::media_span, "Time from first to last", "avocet.media.span", time, "Of the frame's fragments"},
    {Derived::media_delay, "Delay above the least", "avocet.media.delay", time,
     "From capture to whole, above the smallest on this connection (AV-PLY-6)"},
    {Derived::media_repaired, "Repaired", "avocet.media.repaired", flag,
     "Whether parity or a repetition was needed"},
    {Derived::media_recovered, "Fragments rebuilt", "avocet.media.recovered", small_number, "From parity"},
    {Derived::media_complete, "Frame whole", "avocet.media.whole", flag,
     "Whether this packet makes the frame whole"},
    {Derived::media_whole_in, "Frame is whole in", "avocet.media.whole_in", link,
     "Packet that makes whole what this one has a part of"},
    {Derived::media_whole_track, "Track of the whole frame", "avocet.media.whole_track", small_number,
     "This packet makes it whole"},
    {Derived::media_whole_frame, "Whole frame", "avocet.media.whole_frame", number,
     "Number of the frame that is whole now"},
    {Derived::media_size, "Size of the frame", "avocet.media.size", small_number,
     "Bytes of the frame that is whole now"},
    {Derived::media_key, "Key frame", "avocet.media.key", flag, "Whether the frame needs no other"},
    {Derived::media_late_by, "Late by", "avocet.media.late_by", time, "After the deadline"},
    {Derived::media_jitter, "Jitter", "avocet.media.jitter", time, "Of whole frames, as in RFC 3550"},
    {Derived::media_frozen, "Picture stood still", "avocet.media.frozen", time, "W3C webrtc-stats freeze"},
    {Derived::media_abandoned, "Frame given up", "avocet.media.abandoned", number,
     "Number of a frame that never became whole"},
    {Derived::media_payload, "Payload", "avocet.media.payload", bytes, "The access unit"},
    {Derived::media_rendition, "Rendition", "avocet.media.rendition", text, "Of the track"},
    {Derived::media_codec, "Codec", "avocet.media.codec", text, "Of the track"},
    {Derived::parity_missing, "Fragments missing", "avocet.parity.missing", small_number,
     "Of those that it protects"},
    {Derived::switch_last_packet, "Last packet of the old track", "avocet.switched.last_packet", link,
     "Before"},
    {Derived::switch_time, "Time since that packet", "avocet.switched.since_last", time, "Seconds"},
    {Derived::switch_in, "First frame after the switch in", "avocet.media.switch_in", link, "Its Switched"},
    {Derived::switch_done_in, "First frame on the new track in", "avocet.switched.first_frame_in", link,
     "Packet that makes it whole"},
};
static_assert(in_order(rows, &Row::field) &&
              std::size(rows) == static_cast<std::size_t>(Derived::switch_done_in) + 1);

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
    const bool names_64 = row.as.type == FT_UINT64 && strings_of(i) != nullptr;
    ids[i] = -1;
    infos[i] = {&ids[i],
                {row.name, row.filter, row.as.type, row.as.display | (names_64 ? BASE_VAL64_STRING : 0),
                 strings_of(i), 0, row.meaning, HFILL}};
  }
  proto_register_field_array(protocol, infos, static_cast<int>(std::size(infos)));
}

int id_of(Derived field) { return ids[static_cast<std::size_t>(field)]; }

}  // namespace avocet::dissector
