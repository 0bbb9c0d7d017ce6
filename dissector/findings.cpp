#include "dissector/findings.hpp"

#include <iterator>

namespace avocet::dissector {
namespace {

struct Kind {
  const char* filter;
  int group, severity;
  const char* summary;
};

// In the order of Finding.
constexpr Kind kinds[] = {
    {"avocet.expert.malformed", PI_PROTOCOL, PI_ERROR, "Breaks its declaration (AV-ENC, AV-PKT-13)"},
    {"avocet.expert.truncated", PI_UNDECODED, PI_WARN,
     "Not all of this packet was captured: capture without a limit (snaplen)"},
    {"avocet.expert.quoted", PI_RESPONSE_CODE, PI_NOTE, "An ICMP error is about this packet"},
    {"avocet.expert.keys_missing", PI_DECRYPTION, PI_NOTE, "A secret is missing to open this packet"},
    {"avocet.expert.tag_failure", PI_SECURITY, PI_ERROR, "Not authentic: its receiver drops it (AV-PKT-11)"},
    {"avocet.expert.gap", PI_SEQUENCE, PI_WARN, "Packets before this one were lost or come later"},
    {"avocet.expert.reordered", PI_SEQUENCE, PI_NOTE, "Came after packets with larger numbers"},
    {"avocet.expert.duplicate", PI_SEQUENCE, PI_WARN, "The same packet number again (AV-PKT-9)"},
    {"avocet.expert.replayed", PI_SECURITY, PI_WARN,
     "The same packet again, from another address (AV-PKT-9)"},
    {"avocet.expert.below_window", PI_SEQUENCE, PI_WARN, "8192 or more below the largest number (AV-PKT-9)"},
    {"avocet.expert.ack_of_unsent", PI_PROTOCOL, PI_ERROR,
     "Acknowledges a packet that cannot have been sent (AV-ACK-13)"},
    {"avocet.expert.ack_of_unseen", PI_SEQUENCE, PI_NOTE,
     "Acknowledges a packet that this capture does not hold: it went elsewhere, or the capture lost it"},
    {"avocet.expert.acknowledged_early", PI_SEQUENCE, PI_WARN, "Was acknowledged before it came by"},
    {"avocet.expert.retransmission", PI_SEQUENCE, PI_NOTE, "Carries again what an earlier packet carried"},
    {"avocet.expert.congestion_mark", PI_SEQUENCE, PI_NOTE, "The network marked packets (ECN-CE)"},
    {"avocet.expert.key_update", PI_SECURITY, PI_CHAT,
     "First packet of a new generation of keys (AV-KEY-11)"},
    {"avocet.expert.key_update_early", PI_PROTOCOL, PI_WARN, "Keys were updated before DONE (AV-KEY-12)"},
    {"avocet.expert.key_phase_order", PI_PROTOCOL, PI_ERROR,
     "Old keys above numbers of new keys (AV-KEY-14)"},
    {"avocet.expert.migration", PI_SEQUENCE, PI_NOTE, "The sender has a new address (AV-MIG-1)"},
    {"avocet.expert.path_validated", PI_RESPONSE_CODE, PI_CHAT, "The path is validated (AV-MIG-6)"},
    {"avocet.expert.amplification", PI_SECURITY, PI_WARN, "More than three times what came in (AV-HS-44)"},
    {"avocet.expert.hello_short", PI_PROTOCOL, PI_ERROR, "A Hello of less than 1200 bytes (AV-HS-7)"},
    {"avocet.expert.hello_share", PI_PROTOCOL, PI_ERROR, "The share is of a group not offered (AV-HS-4)"},
    {"avocet.expert.answer_too_large", PI_SECURITY, PI_ERROR, "Larger than the Hello it answers (AV-HS-11)"},
    {"avocet.expert.not_offered", PI_SECURITY, PI_ERROR, "Chosen, but not offered (AV-HS-18)"},
    {"avocet.expert.retry", PI_RESPONSE_CODE, PI_NOTE, "The server wants the address proven"},
    {"avocet.expert.refuse", PI_RESPONSE_CODE, PI_WARN, "The server refuses the connection"},
    {"avocet.expert.reset", PI_RESPONSE_CODE, PI_WARN, "The peer holds no state for the connection"},
    {"avocet.expert.reset_forged", PI_SECURITY, PI_WARN,
     "Ends in no token that was announced for this id: its receiver drops it (AV-RST-4)"},
    {"avocet.expert.handshake_done", PI_RESPONSE_CODE, PI_CHAT, "The handshake is complete"},
    {"avocet.expert.handshake_order", PI_PROTOCOL, PI_ERROR, "Not the sender's turn or order (AV-HS-27)"},
    {"avocet.expert.frame_misplaced", PI_PROTOCOL, PI_ERROR, "Not allowed in such a packet (AV-PKT-15, -16)"},
    {"avocet.expert.wrong_sender", PI_PROTOCOL, PI_ERROR, "The other side's to send (AV-PKT-16, AV-SVC-3)"},
    {"avocet.expert.datagram_too_large", PI_PROTOCOL, PI_ERROR, "Above the peer's max_datagram (AV-DGM-4)"},
    {"avocet.expert.stream_contradiction", PI_PROTOCOL, PI_ERROR, "Other bytes than before (AV-STR-4)"},
    {"avocet.expert.final_size", PI_PROTOCOL, PI_ERROR, "The length of the stream changed (AV-STR-5)"},
    {"avocet.expert.flow_control", PI_PROTOCOL, PI_ERROR, "More than the peer allowed (AV-FLOW-1)"},
    {"avocet.expert.stream_limit", PI_PROTOCOL, PI_ERROR, "More streams than allowed (AV-STR-2)"},
    {"avocet.expert.id_contradiction", PI_PROTOCOL, PI_ERROR, "An id given twice differently (AV-CID-4)"},
    {"avocet.expert.id_limit", PI_PROTOCOL, PI_ERROR, "More ids than the peer keeps (AV-CID-3)"},
    {"avocet.expert.unknown_id_retired", PI_PROTOCOL, PI_ERROR, "Retires what was never given (AV-CID-6)"},
    {"avocet.expert.request_refused", PI_RESPONSE_CODE, PI_WARN, "A request was not carried out"},
    {"avocet.expert.close", PI_RESPONSE_CODE, PI_NOTE, "The connection ends"},
    {"avocet.expert.fragment_contradiction", PI_PROTOCOL, PI_ERROR, "Parts of a frame disagree (AV-MED-7)"},
    {"avocet.expert.frame_repaired", PI_SEQUENCE, PI_CHAT, "This frame needed repair"},
    {"avocet.expert.frame_late", PI_SEQUENCE, PI_WARN, "A live frame after its deadline (AV-PLY-5)"},
    {"avocet.expert.frame_abandoned", PI_SEQUENCE, PI_WARN, "Frames before this one never became whole"},
    {"avocet.expert.freeze", PI_SEQUENCE, PI_WARN, "The picture stands still"},
    {"avocet.expert.switch", PI_RESPONSE_CODE, PI_CHAT, "The video goes on in another rendition"},
    {"avocet.expert.play_ended", PI_RESPONSE_CODE, PI_CHAT, "Nothing more comes on this play"},
};
static_assert(std::size(kinds) == static_cast<std::size_t>(Finding::play_ended) + 1);

expert_field fields[std::size(kinds)];

}  // namespace

void register_findings(int protocol) {
  static ei_register_info infos[std::size(kinds)];
  for (std::size_t i = 0; i < std::size(kinds); ++i) {
    fields[i] = {-1, -1};
    infos[i] = {&fields[i], {kinds[i].filter, kinds[i].group, kinds[i].severity, kinds[i].summary, EXPFILL}};
  }
  expert_module_t* module = expert_register_protocol(protocol);
  expert_register_field_array(module, infos, static_cast<int>(std::size(infos)));
}

void judge(packet_info* packet, proto_item* item, Finding finding, const std::string& text) {
  expert_field* field = &fields[static_cast<std::size_t>(finding)];
  if (text.empty()) {
    expert_add_info(packet, item, field);
  } else {
    expert_add_info_format(packet, item, field, "%s", text.c_str());
  }
}

}  // namespace avocet::dissector
