#include <algorithm>
#include <cstdlib>
#include <memory>
#include <string>

#include "dissector/capture.hpp"
#include "dissector/declared_fields.hpp"
#include "dissector/export.hpp"
#include "dissector/packet_view.hpp"
#include "dissector/statistics.hpp"
#include "dissector/wireshark.hpp"
#include "protocol/wire/segments.hpp"

/// The plugin as Wireshark sees it: how packets come in, which of them are Avocet's, preferences.
namespace avocet::dissector {
namespace {

constexpr unsigned default_port = 4747;

int protocol = -1;
int tree_type = -1;
dissector_handle_t handle;
const char* key_log_path = "";
std::unique_ptr<Capture> capture;

PeerAddress endpoint(const address& from, guint32 port) {
  PeerAddress out;
  out.port = static_cast<std::uint16_t>(port);
  const auto* bytes = static_cast<const std::uint8_t*>(from.data);
  if (from.type == AT_IPv6 && from.len == 16) {
    std::copy(bytes, bytes + 16, out.ip.begin());
  } else if (from.type == AT_IPv4 && from.len == 4) {
    out = PeerAddress::v4(bytes[0], bytes[1], bytes[2], bytes[3], out.port);
  }
  return out;
}

std::string key_log() {
  if (key_log_path != nullptr && *key_log_path != '\0') return key_log_path;
  const char* from_environment = std::getenv("AVOCET_KEYLOG");
  return from_environment == nullptr ? "" : from_environment;
}

void begin_capture() { capture = std::make_unique<Capture>(key_log()); }
void end_capture() { capture.reset(); }

/// One file can hold both packets and keys: `editcap -a 'PACKET:LINES'` writes comments.
void read_comments(const packet_info* packet) {
  if (packet->rec == nullptr || packet->rec->block == nullptr) return;
  char* comment = nullptr;
  for (guint n = 0; wtap_block_get_nth_string_option_value(packet->rec->block, OPT_COMMENT, n, &comment) ==
                    WTAP_OPTTYPE_SUCCESS;
       ++n) {
    if (comment != nullptr) capture->add_keys(comment);
  }
}

ByteSpan room_for(packet_info* packet, std::size_t size) {
  return {static_cast<std::byte*>(wmem_alloc(packet->pool, size + 1)), size};
}

Capture::Seen first_sight(packet_info* packet, tvbuff_t* tvb) {
  if (packet->flags.in_error_pkt) return capture->quote(packet->num);
  read_comments(packet);
  const ByteView bytes = captured(tvb);
  const PeerAddress from = endpoint(packet->src, packet->srcport),
                    to = endpoint(packet->dst, packet->destport);
  return capture->see({.packet = packet->num,
                       .at = to_time(packet->abs_ts),
                       .from = from,
                       .to = to,
                       .bytes = bytes,
                       .size = tvb_reported_length(tvb),
                       .server_port = to.port == default_port || from.port != default_port,
                       .room = room_for(packet, bytes.size())});
}

/// Several packets of ours can be in one of the capture's, as in tunnels, ICMP errors and runs of segments:
/// the layer and the position in the run tell them apart.
Capture::Seen look_at(packet_info* packet, tvbuff_t* tvb, unsigned segment) {
  const guint32 key = static_cast<guint32>(packet->curr_layer_num) << 16 | segment;
  if (const auto* known =
          static_cast<const PacketRecord*>(p_get_proto_data(wmem_file_scope(), packet, protocol, key))) {
    const ByteView bytes = captured(tvb);
    return {known, Capture::open_again(*known, bytes, room_for(packet, bytes.size()))};
  }
  const Capture::Seen seen = first_sight(packet, tvb);
  p_add_proto_data(wmem_file_scope(), packet, protocol, key, const_cast<PacketRecord*>(seen.record));
  return seen;
}

/// The frames as a tvb, so that the window shows their bytes.
tvbuff_t* plain_text_of(packet_info* packet, tvbuff_t* tvb, const Capture::Seen& seen) {
  if (!seen.record->unsealed) return nullptr;
  const auto size = static_cast<unsigned>(seen.frames.size());
  tvbuff_t* plain = tvb_new_child_real_data(tvb, reinterpret_cast<const guint8*>(seen.frames.data()), size,
                                            static_cast<int>(size));
  add_new_data_source(packet, plain, "Decrypted Avocet");
  return plain;
}

void dissect_packet(tvbuff_t* tvb, packet_info* packet, proto_tree* tree, unsigned segment) {
  const Capture::Seen seen = look_at(packet, tvb, segment);
  if (packet->cinfo != nullptr)
    col_append_sep_str(packet->cinfo, COL_INFO, " | ",
                       summarise(captured(tvb), *seen.record, seen.frames).c_str());
  // Statistics come with a tree in which nobody looks for fields of ours.
  const bool looked_at = tree != nullptr && proto_field_is_referenced(tree, protocol) != FALSE;
  proto_item* root = tree == nullptr ? nullptr : proto_tree_add_item(tree, protocol, tvb, 0, -1, ENC_NA);
  proto_tree* below = looked_at ? proto_item_add_subtree(root, tree_type) : nullptr;
  tvbuff_t* plain = looked_at || packet->cinfo != nullptr ? plain_text_of(packet, tvb, seen) : nullptr;
  show_packet({packet, tvb, below, *seen.record, seen.frames, plain}, root);
  const TapPacket tapped{captured(tvb), seen.record, seen.frames};
  tell_statistics(packet, tvb, tapped);
  tell_export(packet, tapped);
}

int dissect(tvbuff_t* tvb, packet_info* packet, proto_tree* tree, void*) {
  const ByteView bytes = captured(tvb);
  if (!wire::packet_kind(bytes)) return 0;
  col_set_str(packet->cinfo, COL_PROTOCOL, "Avocet");
  col_clear(packet->cinfo, COL_INFO);
  const auto size = static_cast<int>(wire::segment_size(bytes, bytes.size() < tvb_reported_length(tvb)));
  const auto whole = static_cast<int>(bytes.size());
  if (size == whole) {
    dissect_packet(tvb, packet, tree, 0);
    return whole;
  }
  const auto all = static_cast<int>(tvb_reported_length(tvb));
  unsigned segment = 0;
  for (int at = 0; at < whole; at += size)
    dissect_packet(tvb_new_subset_length(tvb, at, std::min(size, all - at)), packet, tree, segment++);
  return whole;
}

/// A message in the clear that decodes to its end, or a sealed packet to an id that this capture has shown.
bool is_ours(ByteView bytes) {
  const auto kind = wire::packet_kind(bytes);
  if (!kind) return false;
  if (*kind == wire::PacketKind::protected_ || *kind == wire::PacketKind::handshake) {
    wire::Reader r(bytes);
    wire::SealedHeader header;
    wire::read_fields(r, header);
    return r.ok() && capture->knows(header.destination);
  }
  const auto packet = wire::decode<wire::ClearPacket>(bytes);
  if (!packet) return false;
  bool whole = false;
  wire::ClearMessages::for_each([&]<class T>(std::type_identity<T>) {
    if (wire::Wire<T>::type == static_cast<std::uint64_t>(packet->kind))
      whole = wire::decode<T>(packet->body).has_value();
  });
  return whole;
}

gboolean recognise(tvbuff_t* tvb, packet_info* packet, proto_tree* tree, void* data) {
  if (!is_ours(captured(tvb))) return FALSE;
  conversation_set_dissector(find_or_create_conversation(packet), handle);
  dissect(tvb, packet, tree, data);
  return TRUE;
}

void register_preferences() {
  module_t* module = prefs_register_protocol(protocol, nullptr);
  prefs_register_filename_preference(
      module, "keylog_file", "Key log file",
      "Secrets written by avocet-server or avocet-client --keylog. Empty: the "
      "environment variable AVOCET_KEYLOG. Lines in packet comments are read too.",
      &key_log_path, FALSE);
}

void register_protocol() {
  protocol = proto_register_protocol("Avocet Media Transport", "Avocet", "avocet");
  register_declared_fields(protocol);
  register_derived_fields(protocol);
  register_findings(protocol);
  register_packet_view(protocol);
  register_statistics(protocol);
  register_export(protocol);
  static int* trees[] = {&tree_type};
  proto_register_subtree_array(trees, 1);
  handle = register_dissector("avocet", dissect, protocol);
  register_preferences();
  register_init_routine(begin_capture);
  register_cleanup_routine(end_capture);
}

void hand_off() {
  heur_dissector_add("udp", recognise, "Avocet over UDP", "avocet_udp", protocol, HEURISTIC_ENABLE);
  dissector_add_uint_with_preference("udp.port", default_port, handle);
  hand_off_statistics();
}

}  // namespace
}  // namespace avocet::dissector

extern "C" WS_DLL_PUBLIC_DEF const gchar plugin_version[] = AVOCET_VERSION;
extern "C" WS_DLL_PUBLIC_DEF const int plugin_want_major = 4;
extern "C" WS_DLL_PUBLIC_DEF const int plugin_want_minor = 0;

extern "C" WS_DLL_PUBLIC_DEF void plugin_register() {
  static proto_plugin plugin{};
  plugin.register_protoinfo = avocet::dissector::register_protocol;
  plugin.register_handoff = avocet::dissector::hand_off;
  proto_register_plugin(&plugin);
}
