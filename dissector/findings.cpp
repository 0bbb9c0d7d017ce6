#include "dissector/findings.hpp"

#include <array>
#include <iterator>
#include <utility>

#include "dissector/names.hpp"
#include "dissector/tables.hpp"

namespace avocet::dissector {
namespace {

struct Kind {
  Finding finding;  // whose name is the filter's
  int group, severity;
  const char* summary;
};

constexpr Kind kinds[] = {
    {Finding::malformed, PI_PROTOCOL, PI_ERROR, "Breaks its declaration (AV-ENC, AV-PKT-13)"},
    {Finding::truncated, PI_UNDECODED, PI_WARN,
     "Not all of this packet was captured: capture without a limit (snaplen)"},
    {Finding::quoted, PI_RESPONSE_CODE, PI_NOTE, "An ICMP error is about this packet"},
    {Finding::keys_missing, PI_DECRYPTION, PI_NOTE, "A secret is missing to open this packet"},
    {Finding::tag_failure, PI_SECURITY, PI_ERROR, "Not authentic: its receiver drops it (AV-PKT-11)"},
    {Finding::gap, PI_SEQUENCE, PI_WARN, "Packets before this one were lost or come later"},
    {Finding::reordered, PI_SEQUENCE, PI_NOTE, "Came after packets with larger numbers"},
    {Finding::duplicate, PI_SEQUENCE, PI_WARN, "The same packet number again (AV-PKT-9)"},
    {Finding::replayed, PI_SECURITY, PI_WARN, "The same packet again, from another address (AV-PKT-9)"},
    {Finding::below_window, PI_SEQUENCE, PI_WARN, "8192 or more below the largest number (AV-PKT-9)"},
    {Finding::ack_of_unsent, PI_PROTOCOL, PI_ERROR,
     "Acknowledges a packet that cannot have been sent (AV-ACK-13)"},
    {Finding::ack_of_unseen, PI_SEQUENCE, PI_NOTE,
     "Acknowledges a packet that this capture does not hold: it went elsewhere, or the capture lost it"},
    {Finding::acknowledged_early, PI_SEQUENCE, PI_WARN, "Was acknowledged before it came by"},
    {Finding::retransmission, PI_SEQUENCE, PI_NOTE, "Carries again what an earlier packet carried"},
    {Finding::congestion_mark, PI_SEQUENCE, PI_NOTE, "The network marked packets (ECN-CE)"},
    {Finding::key_update, PI_SECURITY, PI_CHAT, "First packet of a new generation of keys (AV-KEY-11)"},
    {Finding::key_update_early, PI_PROTOCOL, PI_WARN, "Keys were updated before DONE (AV-KEY-12)"},
    {Finding::key_phase_order, PI_PROTOCOL, PI_ERROR, "Old keys above numbers of new keys (AV-KEY-14)"},
    {Finding::migration, PI_SEQUENCE, PI_NOTE, "The sender has a new address (AV-MIG-1)"},
    {Finding::path_validated, PI_RESPONSE_CODE, PI_CHAT, "The path is validated (AV-MIG-6)"},
    {Finding::amplification, PI_SECURITY, PI_WARN, "More than three times what came in (AV-HS-44)"},
    {Finding::hello_short, PI_PROTOCOL, PI_ERROR, "A Hello of less than 1200 bytes (AV-HS-7)"},
    {Finding::hello_share, PI_PROTOCOL, PI_ERROR, "The share is of a group not offered (AV-HS-4)"},
    {Finding::answer_too_large, PI_SECURITY, PI_ERROR, "Larger than the Hello it answers (AV-HS-11)"},
    {Finding::not_offered, PI_SECURITY, PI_ERROR, "Chosen, but not offered (AV-HS-18)"},
    {Finding::retry, PI_RESPONSE_CODE, PI_NOTE, "The server wants the address proven"},
    {Finding::refuse, PI_RESPONSE_CODE, PI_WARN, "The server refuses the connection"},
    {Finding::reset, PI_RESPONSE_CODE, PI_WARN, "The peer holds no state for the connection"},
    {Finding::reset_forged, PI_SECURITY, PI_WARN,
     "Ends in no token that was announced for this id: its receiver drops it (AV-RST-4)"},
    {Finding::handshake_done, PI_RESPONSE_CODE, PI_CHAT, "The handshake is complete"},
    {Finding::handshake_order, PI_PROTOCOL, PI_ERROR, "Not the sender's turn or order (AV-HS-27)"},
    {Finding::frame_misplaced, PI_PROTOCOL, PI_ERROR, "Not allowed in such a packet (AV-PKT-15, -16)"},
    {Finding::wrong_sender, PI_PROTOCOL, PI_ERROR, "The other side's to send (AV-PKT-16, AV-SVC-3)"},
    {Finding::datagram_too_large, PI_PROTOCOL, PI_ERROR, "Above the peer's max_datagram (AV-DGM-4)"},
    {Finding::stream_contradiction, PI_PROTOCOL, PI_ERROR, "Other bytes than before (AV-STR-4)"},
    {Finding::final_size, PI_PROTOCOL, PI_ERROR, "The length of the stream changed (AV-STR-5)"},
    {Finding::flow_control, PI_PROTOCOL, PI_ERROR, "More than the peer allowed (AV-FLOW-1)"},
    {Finding::stream_limit, PI_PROTOCOL, PI_ERROR, "More streams than allowed (AV-STR-2)"},
    {Finding::id_contradiction, PI_PROTOCOL, PI_ERROR, "An id given twice differently (AV-CID-4)"},
    {Finding::id_limit, PI_PROTOCOL, PI_ERROR, "More ids than the peer keeps (AV-CID-3)"},
    {Finding::unknown_id_retired, PI_PROTOCOL, PI_ERROR, "Retires what was never given (AV-CID-6)"},
    {Finding::request_refused, PI_RESPONSE_CODE, PI_WARN, "A request was not carried out"},
    {Finding::close, PI_RESPONSE_CODE, PI_NOTE, "The connection ends"},
    {Finding::fragment_contradiction, PI_PROTOCOL, PI_ERROR, "Parts of a frame disagree (AV-MED-7)"},
    {Finding::frame_repaired, PI_SEQUENCE, PI_CHAT, "This frame needed repair"},
    {Finding::frame_late, PI_SEQUENCE, PI_WARN, "A live frame after its deadline (AV-PLY-5)"},
    {Finding::frame_abandoned, PI_SEQUENCE, PI_WARN, "Frames before this one never became whole"},
    {Finding::freeze, PI_SEQUENCE, PI_WARN, "The picture stands still"},
    {Finding::switch_, PI_RESPONSE_CODE, PI_CHAT, "The video goes on in another rendition"},
    {Finding::play_ended, PI_RESPONSE_CODE, PI_CHAT, "Nothing more comes on this play"},
};
static_assert(in_order(kinds, &Kind::finding) &&
              std::size(kinds) == static_cast<std::size_t>(Finding::play_ended) + 1);

/// `avocet.expert.NAME` of each.
const auto& filters() {
  static const auto made = []<std::size_t... I>(std::index_sequence<I...>) {
    return std::array{keep("avocet.expert." + std::string(detail::enumerator<static_cast<Finding>(I)>()))...};
  }(std::make_index_sequence<std::size(kinds)>{});
  return made;
}

expert_field fields[std::size(kinds)];

}  // namespace

void register_findings(int protocol) {
  static ei_register_info infos[std::size(kinds)];
  for (std::size_t i = 0; i < std::size(kinds); ++i) {
    fields[i] = {-1, -1};
    infos[i] = {&fields[i], {filters()[i], kinds[i].group, kinds[i].severity, kinds[i].summary, EXPFILL}};
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
