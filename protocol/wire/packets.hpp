#pragma once

#include <array>
#include <cstdint>

#include "protocol/base/ids.hpp"
#include "protocol/wire/codec.hpp"

/// What a datagram can be. The first byte is 0b001KKKPS (AV-DGM-5): it stays clear of what analysers guess
/// STUN, DTLS 1.2, QUIC and RTP by. Sealed records of DTLS 1.3 begin with 0b001 too (RFC 9147 section 4): a
/// port cannot be shared with those.
namespace avocet::wire {

inline constexpr std::uint32_t protocol_version = 1;
inline constexpr std::uint16_t default_port = 4747;
/// Datagram size that every path carries (RFC 9000 section 14 reasons for it); also the size of every Hello.
inline constexpr std::size_t base_datagram = 1200;
inline constexpr std::size_t largest_datagram = 9000;
inline constexpr std::size_t tag_size = 16;  ///< AES-GCM

enum class PacketKind : std::uint8_t {
  protected_ = 0,
  handshake = 1,
  hello = 2,
  retry = 3,
  refuse = 4,
  server_hello = 5,
  reset = 6,
};

/// Header of a sealed packet, Protected or Handshake; the whole of it is authenticated. The packet number and
/// the spin bit are in the clear on purpose: loss, reordering, jitter and round trips can be measured without
/// keys.
struct SealedHeader {
  PacketKind kind = PacketKind::protected_;
  bool key_phase = false;
  bool spin = false;
  ConnectionId destination;
  std::uint32_t number_low = 0;
  bool operator==(const SealedHeader&) const = default;
};
template <>
struct Wire<SealedHeader> {
  static constexpr std::string_view
      name = "Sealed",
      meaning = "header of a Protected or Handshake packet; ciphertext and tag follow";
  static constexpr std::tuple fields{
      bits<SealedHeader>("first byte",
                         FixedBits<SealedHeader>{"fixed", 1, 3, "tells Avocet from its neighbours on a port"},
                         Bit{"kind", &SealedHeader::kind, 3, "0 Protected, 1 Handshake"},
                         Bit{"key_phase", &SealedHeader::key_phase, 1, "flips with each key update"},
                         Bit{"spin", &SealedHeader::spin, 1, "latency spin bit (RFC 9000 section 17.4)"}),
      Field{"destination", &SealedHeader::destination, u64, "connection id chosen by the receiver"},
      Field{"number", &SealedHeader::number_low, u32, "low 32 bits of the packet number"}};
  static constexpr bool valid(const SealedHeader& h) {  // AV-PKT-2
    return h.kind == PacketKind::protected_ || (h.kind == PacketKind::handshake && !h.key_phase && !h.spin);
  }
};
/// What an ACK can say, and so the last number there is (RFC 9000 section 12.3).
inline constexpr std::uint64_t largest_packet_number = (std::uint64_t{1} << 62) - 1;
inline constexpr std::size_t sealed_header_size = 13;
inline constexpr std::size_t sealed_overhead = sealed_header_size + tag_size;

/// A packet in the clear: Hello, Retry, Refuse or ServerHello. Its body is one message of handshake.hpp; the
/// zeros after it (a Hello fills 1200 bytes) are not part of the transcript.
struct ClearPacket {
  PacketKind kind = PacketKind::hello;
  ByteView body;
  std::size_t padding = 0;
};
template <>
struct Wire<ClearPacket> {
  static constexpr std::string_view name = "Clear",
                                    meaning = "a packet of the handshake before there are keys";
  static constexpr std::tuple fields{
      bits<ClearPacket>("first byte",
                        FixedBits<ClearPacket>{"fixed", 1, 3, "tells Avocet from its neighbours on a port"},
                        Bit{"kind", &ClearPacket::kind, 3, "2 Hello, 3 Retry, 4 Refuse, 5 ServerHello"},
                        FixedBits<ClearPacket>{"reserved", 0, 2, "zero"}),
      Magic<ClearPacket, 4>{"magic", {'A', 'V', 'O', 'C'}, "recognises a conversation on any port"},
      Field{"body", &ClearPacket::body, blob16<largest_datagram>, "one message in the clear"},
      Field{"padding", &ClearPacket::padding, zeros, "zeros to the end of the datagram"}};
  static constexpr bool valid(const ClearPacket& p) {  // AV-PKT-2
    return p.kind >= PacketKind::hello && p.kind <= PacketKind::server_hello;
  }
};
inline constexpr std::size_t clear_header_size = 7;

/// Tells a peer that its connection is gone. Only who knows the token, announced under protection, believes
/// it.
struct ResetPacket {
  ConnectionId unknown;
  std::array<std::byte, 16> token{};
  bool operator==(const ResetPacket&) const = default;
};
template <>
struct Wire<ResetPacket> {
  static constexpr std::string_view name = "Reset",
                                    meaning = "the receiver of that connection id holds no state for it";
  static constexpr std::tuple fields{
      bits<ResetPacket>(
          "first byte", FixedBits<ResetPacket>{"fixed", 1, 3, "tells Avocet from its neighbours on a port"},
          FixedBits<ResetPacket>{"kind", 6, 3, "6 Reset"}, FixedBits<ResetPacket>{"reserved", 0, 2, "zero"}),
      Field{"unknown", &ResetPacket::unknown, u64, "the destination connection id that nobody here knows"},
      Field{"token", &ResetPacket::token, bytes<16>,
            "HMAC of that id under the server's static key, first 16 bytes"}};
};
inline constexpr std::size_t reset_packet_size = 25;

/// Kind of a datagram by its first byte; nothing when it cannot be Avocet's.
constexpr std::optional<PacketKind> packet_kind(ByteView datagram) {
  if (datagram.empty()) return std::nullopt;
  const auto first = std::to_integer<unsigned>(datagram[0]);
  const unsigned kind = first >> 2 & 7;
  if (first >> 5 != 1 || kind > static_cast<unsigned>(PacketKind::reset)) return std::nullopt;
  return static_cast<PacketKind>(kind);
}

using PacketHeaders = Registry<SealedHeader, ClearPacket, ResetPacket>;

}  // namespace avocet::wire
