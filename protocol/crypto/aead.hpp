#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>

#include "protocol/base/bytes.hpp"
#include "protocol/base/ids.hpp"
#include "protocol/crypto/gcm.hpp"
#include "protocol/crypto/key_schedule.hpp"
#include "protocol/wire/packets.hpp"

namespace avocet::crypto {

/// What a packet grows by when it is sealed.
using wire::tag_size;
/// A key is due for an update after so many packets (AV-KEY-9)...
inline constexpr std::uint64_t key_update_packets = 1ull << 22;
/// ...and seals no more after so many (AV-KEY-6). RFC 9001 appendix B.1 derives 2^23 for full-size packets
/// from an advantage of 2^-57 in distinguishing.
inline constexpr std::uint64_t key_hard_limit_packets = 1ull << 23;

/// Seals the packets of one direction under one key: AES-256-GCM, nonce = iv XOR packet number, the header as
/// additional data. The key is set up once; no packet allocates.
class Sealer {
 public:
  /// Seals no more than `limit` packets.
  Sealer(const Context& context, const PacketKey& key, std::uint64_t limit = key_hard_limit_packets);

  /// Seals in place: `body` is the plain text followed by room for the tag (tag_size bytes). False, and
  /// nothing touched, when `number` is not above all before it (a nonce would repeat) or the key has reached
  /// its hard limit; the caller then has no way on but to close the connection.
  [[nodiscard]] bool seal(PacketNumber number, ByteView header, ByteSpan body) noexcept;

  /// Packets sealed so far.
  std::uint64_t sealed() const { return sealed_; }

 private:
  Gcm gcm_;
  Secret<12> iv_;
  PacketNumber next_{0};
  std::uint64_t sealed_ = 0, limit_;
};

/// Opens what a Sealer of the same key has sealed.
class Opener {
 public:
  Opener(const Context& context, const PacketKey& key);

  /// Opens in place and returns the plain text, a part of `body`. Nothing when the packet is not authentic or
  /// too short for a tag; what decryption left in `body` is then wiped.
  [[nodiscard]] std::optional<ByteSpan> open(PacketNumber number, ByteView header, ByteSpan body) noexcept;

 private:
  Gcm gcm_;
  Secret<12> iv_;
};

}  // namespace avocet::crypto
