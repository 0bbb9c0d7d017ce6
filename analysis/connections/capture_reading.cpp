#include "analysis/connections/capture_reading.hpp"

#include "protocol/wire/segments.hpp"

namespace avocet::analysis {

void CaptureReading::read(const capture::Record& record) {
  const Time now = clock_.at(record.at);
  const auto packet = decoder_.decode(record);
  if (!packet) return;
  if (packet->protocol == capture::protocol_udp && wire::packet_kind(packet->payload)) {
    read_udp(now, *packet);
  } else {
    flows_.add(now, *packet);
  }
}

void CaptureReading::read_udp(Time now, const capture::NetworkPacket& packet) {
  Sighting seen{.at = now,
                .from = packet.from,
                .to = packet.to,
                .ecn = packet.ecn,
                .hops = packet.hops,
                .size = packet.payload_size,
                .ip_size = packet.ip_size,
                .cut = packet.cut()};
  const std::size_t segment = packet.cut() ? packet.payload.size() : wire::segment_size(packet.payload);
  const std::size_t headers = packet.ip_size - packet.payload_size;
  if (segment == packet.payload.size()) {
    if (!read_datagram(seen, packet.payload, packet.cut())) flows_.add(now, packet);
    return;
  }
  ++super_packets_;
  for (ByteView rest = packet.payload; !rest.empty();) {
    const ByteView one = rest.first(std::min(segment, rest.size()));
    rest = rest.subspan(one.size());
    seen.size = one.size();
    seen.ip_size = one.size() + headers;
    read_datagram(seen, one, false);
  }
}

bool CaptureReading::read_datagram(const Sighting& seen, ByteView bytes, bool cut) {
  const auto packet = reader_.read(bytes);
  if (!packet) return false;
  const ConnectionTable::Found found = connections_.add(seen, *packet);
  if (found.connection == nullptr) return false;
  if (cut && cut_++ == 0) first_cut_ = seen.at;
  if (listener_ != nullptr) listener_->on_packet(*found.connection, found.from, seen, *packet, found.seen);
  return true;
}

}  // namespace avocet::analysis
