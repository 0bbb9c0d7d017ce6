#pragma once

#include <array>

#include "protocol/crypto/context.hpp"
#include "protocol/crypto/secret.hpp"

namespace avocet::crypto {

/// AES-256-GCM in place, in one direction, under one key that is set up once; no call allocates. It knows
/// nothing of packets and does not see to it that no nonce comes twice: Sealer does.
class Gcm {
 public:
  enum class Direction : int { opening = 0, sealing = 1 };
  using Nonce = std::array<unsigned char, 12>;
  static constexpr std::size_t tag_size = 16;

  Gcm(const Context&, const Secret<32>& key, Direction);

  void seal(const Nonce&, ByteView header, ByteSpan text, std::span<std::byte, tag_size> tag) noexcept;
  /// False when the packet is not authentic; what is in `text` is then to be wiped.
  [[nodiscard]] bool open(const Nonce&, ByteView header, ByteSpan text,
                          std::span<std::byte, tag_size> tag) noexcept;

 private:
  const IpsecMb* ipsec_mb_;
  IpsecMb::KeyHandle key_;            // with ipsec_mb_
  Handle<evp_cipher_ctx_st> cipher_;  // without
};

}  // namespace avocet::crypto
