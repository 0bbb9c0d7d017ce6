#include "dissector/statistics.hpp"

#include <string>

#include "dissector/names.hpp"
#include "protocol/wire/frames.hpp"
#include "protocol/wire/service.hpp"

#include <epan/follow.h>
#include <epan/stats_tree.h>

namespace avocet::dissector {
namespace {

int packet_tap = -1, follow_tap = -1;

// avocet,tree

tap_packet_status count_packet(stats_tree* tree, packet_info*, epan_dissect_t*, const void* data,
                               tap_flags_t) {
  const auto& tapped = *static_cast<const TapPacket*>(data);
  const auto tick = [&](const char* group, const std::string& name) {
    tick_stat_node(tree, group, 0, TRUE);
    tick_stat_node(tree, name.c_str(), stats_tree_parent_id_by_name(tree, group), FALSE);
  };
  const auto kind = wire::packet_kind(tapped.packet);
  if (!kind) return TAP_PACKET_DONT_REDRAW;
  std::string name = try_val_to_str(static_cast<guint32>(*kind), value_names<wire::PacketKind>());
  if (*kind <= wire::PacketKind::handshake) name += tapped.record->unsealed ? ", opened" : ", not opened";
  tick("Packets", name);
  wire::read_all<wire::Frames>(tapped.frames,
                               [&]<class T>(const T&) { tick("Frames", std::string(wire::Wire<T>::name)); });
  for (const Assembled& assembled : tapped.record->assembled) {
    if (assembled.what != Assembled::What::service) continue;
    const std::uint64_t type = wire::Reader(*assembled.bytes).varint();
    wire::ServiceMessages::for_each([&]<class T>(std::type_identity<T>) {
      if (wire::Wire<T>::type == type) tick("Messages", std::string(wire::Wire<T>::name));
    });
  }
  return TAP_PACKET_REDRAW;
}

void begin_packets(stats_tree* tree) {
  for (const char* group : {"Packets", "Frames", "Messages"})
    stats_tree_create_node(tree, group, 0, STAT_DT_INT, TRUE);
}

// avocet_media,tree

tap_packet_status count_media(stats_tree* tree, packet_info*, epan_dissect_t*, const void* data,
                              tap_flags_t) {
  const auto& tapped = *static_cast<const TapPacket*>(data);
  for (const MediaEvent& media : tapped.record->media) {
    const std::string track = "Connection " + std::to_string(tapped.record->connection.value_or(0)) +
                              " track " + std::to_string(media.track.value) +
                              (media.described ? " (" + media.name() + ")" : "");
    const int parent = tick_stat_node(tree, track.c_str(), 0, TRUE);
    const auto add = [&](const char* name, std::uint64_t n) {
      increase_stat_node(tree, name, parent, FALSE, static_cast<int>(n));
    };
    const auto average = [&](const char* name, Duration value) {
      avg_stat_node_add_value_int(tree, name, parent, FALSE, static_cast<int>(to_microseconds(value)));
    };
    add("Frames", 1);
    add("Key frames", media.key);
    add("Repaired", media.repaired);
    add("Fragments rebuilt from parity", media.recovered);
    add("Late", media.late);
    add("Abandoned", media.abandoned);
    add("Freezes", media.frozen > Duration{});
    add("Frozen, ms", static_cast<std::uint64_t>(to_microseconds(media.frozen) / 1000));
    add("Bytes (rate: kB/s)", media.size());
    avg_stat_node_add_value_int(tree, "Bytes of a frame", parent, FALSE, static_cast<int>(media.size()));
    average("Delay above the least, us", media.delay);
    average("Jitter, us", media.jitter);
  }
  return TAP_PACKET_REDRAW;
}

void begin_media(stats_tree*) {}

// follow,avocet

gchar* follow_packet(epan_dissect_t*, packet_info* packet, guint* stream, guint* sub_stream) {
  *sub_stream = 0;
  const auto* record = static_cast<const PacketRecord*>(p_get_proto_data(
      wmem_file_scope(), packet, proto_get_id_by_filter_name("avocet"), packet->curr_layer_num));
  if (record == nullptr || !record->connection) return nullptr;
  *stream = *record->connection;
  return g_strdup_printf("avocet.connection eq %u", *stream);
}
gchar* follow_index(guint stream, guint) { return g_strdup_printf("avocet.connection eq %u", stream); }
gchar* follow_address(address*, address*, int, int) { return g_strdup("avocet"); }
gchar* follow_port(wmem_allocator_t* allocator, guint port) {
  return wmem_strdup_printf(allocator, "%u", port);
}

}  // namespace

void register_statistics(int protocol) {
  packet_tap = register_tap("avocet");
  follow_tap = register_tap("avocet_follow");
  register_follow_stream(protocol, "avocet_follow", follow_packet, follow_index, follow_address, follow_port,
                         follow_tvb_tap_listener);
}

void hand_off_statistics() {
  stats_tree_register_plugin("avocet", "avocet", "Avocet/Packets, frames and messages", 0, count_packet,
                             begin_packets, nullptr);
  stats_tree_register_plugin("avocet", "avocet_media", "Avocet/Media by track", 0, count_media, begin_media,
                             nullptr);
}

void tell_statistics(packet_info* packet, tvbuff_t* tvb, const TapPacket& tapped) {
  if (have_tap_listener(packet_tap))
    tap_queue_packet(packet_tap, packet, new (wmem_alloc(packet->pool, sizeof(TapPacket))) TapPacket(tapped));
  if (!have_tap_listener(follow_tap)) return;
  for (const Assembled& assembled : tapped.record->assembled) {
    if (assembled.what != Assembled::What::service) continue;
    const auto size = static_cast<unsigned>(assembled.bytes->size());
    tap_queue_packet(follow_tap, packet,
                     tvb_new_child_real_data(tvb, reinterpret_cast<const guint8*>(assembled.bytes->data()),
                                             size, static_cast<int>(size)));
  }
}

}  // namespace avocet::dissector
