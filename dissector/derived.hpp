#pragma once

#include <cstdint>

#include "dissector/wireshark.hpp"

/// Fields that no packet holds: what follows from it and those before it.
namespace avocet::dissector {

enum class Derived : std::uint8_t {
  connection,
  kind,
  cid,
  from_client,
  number,
  generation,
  decrypted,
  missing_secret,
  client_random,
  gap,
  duplicate_of,
  interval,
  spin_round_trip,
  previous_address,
  frame_type,
  frames,
  ack_packet,
  ack_round_trip,
  ack_path_round_trip,
  ack_newly,
  ack_lost,
  ack_packets,
  retransmission_of,
  retransmission_delay,
  retransmission_in,
  handshake_time,
  message_type,
  message_length,
  request_in,
  response_time,
  response_in,
  stream_bytes,
  path_challenge_in,
  path_round_trip,
  media_frame,
  media_first,
  media_last,
  media_packet,
  media_packets,
  media_span,
  media_delay,
  media_repaired,
  media_recovered,
  media_complete,
  media_whole_in,
  media_whole_track,
  media_whole_frame,
  media_size,
  media_key,
  media_late_by,
  media_jitter,
  media_frozen,
  media_abandoned,
  media_payload,
  media_rendition,
  media_codec,
  parity_missing,
  switch_last_packet,
  switch_time,
  switch_in,
  switch_done_in,
};

void register_derived_fields(int protocol);
int id_of(Derived);

}  // namespace avocet::dissector
