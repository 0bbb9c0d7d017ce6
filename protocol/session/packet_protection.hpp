#pragma once

#include <expected>
#include <optional>

#include "protocol/base/packet_number.hpp"
#include "protocol/crypto/aead.hpp"
#include "protocol/crypto/replay_window.hpp"
#include "protocol/wire/packets.hpp"

namespace avocet::session {

/// Seals and opens the packets of one number space under one pair of keys, and keeps repeats out: Handshake
/// packets. Those of Protected packets change (traffic_protection.hpp).
class PacketProtection {
 public:
  PacketProtection(wire::PacketKind kind, crypto::Sealer sealer, crypto::Opener opener)
      : kind_(kind), sealer_(std::move(sealer)), opener_(std::move(opener)) {}

  /// Where the frames of a packet begin.
  static constexpr std::size_t payload_at = wire::sealed_header_size;

  /// Turns `frames` bytes of frames at payload_at of `packet` into a packet of `frames` + sealed_overhead
  /// bytes, which `packet` must have room for. False when the key is used up or the number is not above all
  /// before.
  [[nodiscard]] bool seal(ByteSpan packet, std::size_t frames, ConnectionId destination, PacketNumber,
                          bool spin);

  enum class Refusal : std::uint8_t { malformed, duplicate, not_authentic };
  struct Opened {
    PacketNumber number;
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
