#pragma once

#include <cstdint>
#include <string>

#include "dissector/wireshark.hpp"

/// What the plugin judges: Wireshark's expert infos `avocet.expert.*`.
namespace avocet::dissector {

enum class Finding : std::uint8_t {
  malformed,
  truncated,
  quoted,
  keys_missing,
  tag_failure,
  gap,
  reordered,
  duplicate,
  replayed,
  below_window,
  ack_of_unsent,
  ack_of_unseen,
  acknowledged_early,
  retransmission,
  congestion_mark,
  key_update,
  key_update_early,
  key_phase_order,
  migration,
  path_validated,
  amplification,
  hello_short,
  hello_share,
  answer_too_large,
  not_offered,
  retry,
  refuse,
  reset,
  reset_forged,
  handshake_done,
  handshake_order,
  frame_misplaced,
  wrong_sender,
  datagram_too_large,
  stream_contradiction,
  final_size,
  flow_control,
  stream_limit,
  id_contradiction,
  id_limit,
  unknown_id_retired,
  request_refused,
  close,
  fragment_contradiction,
  frame_repaired,
  frame_late,
  frame_abandoned,
  freeze,
  switch_,
  play_ended,
};

void register_findings(int protocol);

/// Adds one to a line of the tree. `text` says what was found here; empty for the summary of its kind.
void judge(packet_info*, proto_item*, Finding, const std::string& text);

}  // namespace avocet::dissector
