#include "protocol/session/flight.hpp"

#include <algorithm>

namespace avocet::session {

std::size_t Flight::next(ByteSpan room, PacketProtection* protection, ConnectionId peer,
                         PacketNumber& number) {
  room = room.first(std::min(room.size(), wire::base_datagram));
  if (!clear_sent_ && !clear_.empty()) return next_clear(room);
  if (protection == nullptr || sent_ == stream_.size()) return 0;

  // Type, offset and length of a HANDSHAKE frame: 1 + 4 + 2 bytes, for a stream is at most 16 KiB long.
  constexpr std::size_t frame_header = 7;
  if (room.size() <= wire::sealed_overhead + frame_header) return 0;
  const std::size_t most = room.size() - wire::sealed_overhead - frame_header;
  const std::size_t part = std::min(most, stream_.size() - sent_);
  wire::Writer frames(room.subspan(PacketProtection::payload_at, room.size() - wire::sealed_overhead));
  wire::write_typed(frames, wire::HandshakeData{sent_, ByteView(stream_).subspan(sent_, part)});
  if (!frames.ok() || !protection->seal(room, frames.size(), peer, number, false)) return 0;
  ++number;
  sent_ += part;
  return frames.size() + wire::sealed_overhead;
}

std::size_t Flight::next_clear(ByteSpan room) {
  wire::ClearPacket packet{.kind = clear_kind_, .body = clear_};
  // AV-HS-7: A Hello fills its datagram, so that it pays for the answer (RFC 9000 section 14.1).
  const std::size_t size = wire::clear_header_size + clear_.size();
  if (clear_kind_ == wire::PacketKind::hello && size < room.size()) packet.padding = room.size() - size;
  wire::Writer writer(room);
  wire::write_fields(writer, packet);
  if (!writer.ok()) return 0;
  clear_sent_ = true;
  return writer.size();
}

}  // namespace avocet::session
