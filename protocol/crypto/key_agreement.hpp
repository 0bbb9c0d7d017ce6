#pragma once

#include <cstdint>
#include <optional>

#include "protocol/base/bytes.hpp"
#include "protocol/base/inline_vector.hpp"
#include "protocol/crypto/context.hpp"
#include "protocol/crypto/random.hpp"
#include "protocol/crypto/secret.hpp"
#include "protocol/wire/handshake.hpp"

namespace avocet::crypto {

using Group = wire::Group;

inline constexpr std::size_t shared_secret_size = 32;

/// Size of a group's share: 32 bytes of X25519 (RFC 7748), or 0x04 | x | y of P-256 (RFC 8446
/// section 4.2.8.2).
constexpr std::size_t share_size(Group group) { return group == Group::x25519 ? 32 : 65; }

/// One side's ephemeral key: used for one handshake and dropped.
class KeyAgreement {
 public:
  /// Draws the private key from `random`.
  static KeyAgreement make(Context& context, Group group, Random& random);
  /// From a private key that is given (32 bytes): for vectors. Nothing when P-256 does not have it (0, or not
  /// below the group's order).
  static std::optional<KeyAgreement> from_private(Context& context, Group group,
                                                  std::span<const std::byte, 32> key);

  Group group() const { return group_; }
  /// What travels to the peer.
  ByteView share() const { return {share_.begin(), share_.size()}; }
  /// The shared secret, or nothing if the peer's share is not acceptable: of another size, compressed, hybrid
  /// or infinity, off the curve, or of low order.
  std::optional<Secret<shared_secret_size>> agree(Context& context, ByteView peer_share) const;

 private:
  KeyAgreement(Group group, Handle<evp_pkey_st> key, ByteView share);

  Group group_;
  Handle<evp_pkey_st> key_;
  InlineVector<std::byte, 65> share_;
};

}  // namespace avocet::crypto
