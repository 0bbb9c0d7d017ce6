#include "dissector/export.hpp"

#include <bit>
#include <cstring>
#include <map>
#include <tuple>

#include "dissector/elementary_stream.hpp"

#include <epan/export_object.h>

namespace avocet::dissector {
namespace {

int export_tap = -1;

/// A file in Wireshark's list, which frees it. Wireshark writes it when all packets were read.
struct ExportedTrack {
  ElementaryStream stream;
  export_object_entry_t* entry;
};

/// Several windows may export at a time: each has a list.
using TrackKey = std::tuple<const export_object_list_t*, std::uint32_t, Side, TrackId>;
std::map<TrackKey, ExportedTrack> tracks;

void apply(export_object_entry_t& entry, const ElementaryStream::Change& change) {
  const std::size_t size = change.from + change.bytes.size();
  if (entry.payload_data == nullptr || std::bit_ceil(size) > std::bit_ceil(entry.payload_len))
    entry.payload_data = static_cast<guint8*>(g_realloc(entry.payload_data, std::bit_ceil(size)));
  if (!change.bytes.empty())
    std::memcpy(entry.payload_data + change.from, change.bytes.data(), change.bytes.size());
  entry.payload_len = size;
}

ExportedTrack& track_of(const export_object_list_t& list, const packet_info& packet,
                        const PacketRecord& record, const MediaEvent& media) {
  const std::uint32_t connection = record.connection.value_or(0);
  const TrackKey key{&list, connection, record.sender.value_or(Side::server), media.track};
  const auto known = tracks.find(key);
  if (known != tracks.end()) return known->second;
  static const wire::Track undescribed{};
  const wire::Track& described = media.described ? *media.described : undescribed;
  ElementaryStream stream(described);
  const std::string what = described.codec.empty()       ? "unknown"
                           : described.rendition.empty() ? "audio"
                                                         : described.rendition;
  const std::string name = "connection-" + std::to_string(connection) + "-track-" +
                           std::to_string(media.track.value) + "-" + what + "." +
                           std::string(stream.format().extension());
  auto* entry = g_new0(export_object_entry_t, 1);
  entry->pkt_num = packet.num;
  entry->hostname = address_to_str(nullptr, &packet.src);
  entry->content_type = g_strdup(std::string(stream.format().content_type()).c_str());
  entry->filename = g_strdup(name.c_str());
  list.add_entry(list.gui_data, entry);
  return tracks.emplace(key, ExportedTrack{std::move(stream), entry}).first->second;
}

tap_packet_status export_packet(void* tapped_list, packet_info* packet, epan_dissect_t*, const void* data,
                                tap_flags_t) {
  const auto& list = *static_cast<export_object_list_t*>(tapped_list);
  const PacketRecord& record = *static_cast<const TapPacket*>(data)->record;
  for (const MediaEvent& media : record.media) {
    ExportedTrack& track = track_of(list, *packet, record, media);
    apply(*track.entry, track.stream.add(media.number, media.key, media.pts, media.payload));
  }
  return record.media.empty() ? TAP_PACKET_DONT_REDRAW : TAP_PACKET_REDRAW;
}

void forget_tracks() { tracks.clear(); }

}  // namespace

void register_export(int protocol) {
  export_tap = register_export_object(protocol, export_packet, forget_tracks);
}

void tell_export(packet_info* packet, const TapPacket& tapped) {
  if (!have_tap_listener(export_tap)) return;
  tap_queue_packet(export_tap, packet, new (wmem_alloc(packet->pool, sizeof(TapPacket))) TapPacket(tapped));
}

}  // namespace avocet::dissector
