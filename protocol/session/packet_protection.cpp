#include "protocol/session/packet_protection.hpp"

namespace avocet::session {

bool PacketProtection::seal(ByteSpan packet, std::size_t frames, ConnectionId destination,
                            PacketNumber number, bool spin) {
  wire::Writer header(packet.first(payload_at));
  wire::write_fields(header, wire::SealedHeader{.kind = kind_,
                                                .key_phase = false,
                                                .spin = spin,
                                                .destination = destination,
                                                .number_low = static_cast<std::uint32_t>(number.value)});
  return sealer_.seal(number, header.written(), packet.subspan(payload_at, frames + wire::tag_size));
}

std::expected<PacketProtection::Opened, PacketProtection::Refusal> PacketProtection::open(ByteSpan packet) {
  wire::Reader reader(packet);
  wire::SealedHeader header;
  wire::read_fields(reader, header);
  if (!reader.ok() || header.kind != kind_) return std::unexpected(Refusal::malformed);  // AV-PKT-11
  const PacketNumber number = expand(header.number_low, replay_.next());
  if (!replay_.test(number)) return std::unexpected(Refusal::duplicate);  // AV-PKT-9, AV-PKT-10
  const auto frames = opener_.open(number, packet.first(payload_at), packet.subspan(payload_at));
  if (!frames) return std::unexpected(Refusal::not_authentic);
  const bool newest = number >= replay_.next();
  replay_.mark(number);
  return Opened{number, newest, *frames};
}

}  // namespace avocet::session
