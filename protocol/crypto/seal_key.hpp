#pragma once

#include <optional>

#include "protocol/base/bytes.hpp"
#include "protocol/base/time.hpp"
#include "protocol/crypto/context.hpp"
#include "protocol/crypto/random.hpp"
#include "protocol/crypto/secret.hpp"

namespace avocet::crypto {

/// Seals what its owner gives out and wants back unchanged and unread (tickets, address tokens):
///
///     u8 shard | u64 period | id (16, random) | AES-256-GCM(contents) | tag (16)
///
/// The period is the owner's clock divided by an hour. Each piece has a key of its own, derived from the
/// master, the purpose, the period and the id, so that no nonce can repeat. One owner; nothing survives it.
class SealKey {
 public:
  static constexpr Duration rotation = 1h;
  static constexpr std::size_t overhead = 25 + 16;

  SealKey(std::uint8_t shard, const Entropy& entropy);

  /// `purpose` keeps pieces of different kinds apart.
  Bytes seal(const Context&, Time now, std::string_view purpose, ByteView contents);
  /// The contents, if this key sealed the piece for the same purpose.
  std::optional<Bytes> open(const Context&, std::string_view purpose, ByteView piece) const;

  /// Which shard a piece says it is of. Nothing when it is too short for one. Not authenticated.
  static std::optional<std::uint8_t> shard_of(ByteView piece);

 private:
  std::uint8_t shard_;
  Random random_;
  Secret<32> master_;
};

}  // namespace avocet::crypto
