#pragma once

#include <expected>
#include <optional>

#include "protocol/base/packet_number.hpp"
#include "protocol/crypto/aead.hpp"
#include "protocol/crypto/replay_window.hpp"
#include "protocol/wire/packets.hpp"

namespace avocet::session {

/// Seals and opens the packets of one number space, and keeps repeats out.
class PacketProtection {
 public:
  /// Packets of the peer's below `first_received` count as received.
  PacketProtection(wire::PacketKind kind, crypto::Sealer sealer, crypto::Opener opener,
                   PacketNumber first_received = {})
      : kind_(kind), sealer_(std::move(sealer)), opener_(std::move(opener)), replay_(first_received) {}

  /// Where the frames of a packet begin.
  static constexpr std::size_t payload_at = wire::sealed_header_size;

  /// Turns `frames` bytes of frames at payload_at of `packet` into a packet of `frames` + sealed_overhead
  /// bytes, which `packet` must have room for. False when the key is used up, or the number is not above all
  /// before or above the largest there is.
  [[nodiscard]] bool seal(ByteSpan packet, std::size_t frames, ConnectionId destination, PacketNumber,
                          bool spin);

  /// Few packets are left, under this key or of all that can be numbered: enough to take leave, no more.
  bool nearly_used_up(PacketNumber next) const {
    constexpr std::uint64_t leave = 1024;
    return sealer_.sealed() + leave >= crypto::key_hard_limit_packets ||
           next.value + leave > wire::largest_packet_number;
  }

  enum class Refusal : std::uint8_t { malformed, duplicate, not_authentic };
  struct Opened {
    PacketNumber number;
    ConnectionId destination;
    bool spin = false;
    bool newest = false;  ///< no larger number was opened before
    ByteSpan frames;      ///< inside the datagram
  };
  /// Opens in place. Only an authentic packet changes any state.
  std::expected<Opened, Refusal> open(ByteSpan packet);

 private:
  wire::PacketKind kind_;
  crypto::Sealer sealer_;
  crypto::Opener opener_;
  crypto::ReplayWindow replay_;
};

}  // namespace avocet::session
