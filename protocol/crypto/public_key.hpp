#pragma once

#include <cstdint>
#include <expected>
#include <memory>

#include "protocol/base/bytes.hpp"
#include "protocol/crypto/context.hpp"
#include "protocol/crypto/error.hpp"
#include "protocol/crypto/fingerprint.hpp"
#include "protocol/wire/handshake.hpp"

namespace avocet::crypto {

/// How an identity signs. An identity has exactly one.
using SignatureAlgorithm = wire::SignatureAlgorithm;

/// The public half of an identity: Ed25519 (RFC 8032), or RSA of 2048 to 4096 bits with e = 65537, which
/// signs with PSS (RFC 8017 section 8.1; SHA-256, MGF1 with SHA-256, a salt of 32 bytes). Nothing else can be
/// held by one, so that whoever has a PublicKey need not check it again. Cheap to copy.
class PublicKey {
 public:
  /// Largest SubjectPublicKeyInfo of the above: 550 bytes for RSA-4096.
  static constexpr std::size_t max_der_size = 1024;

  /// Reads a SubjectPublicKeyInfo (RFC 5280 section 4.1.2.7) in strict DER. Refuses besides other algorithms:
  /// RSA moduli that are even or of another size, before any arithmetic with them; exponents other than
  /// 65537; points of Ed25519 that are of small order (one signature would fit every message) or not
  /// canonical.
  static std::expected<PublicKey, Error> from_der(const Context& context, ByteView der);

  const Bytes& der() const { return der_; }
  SignatureAlgorithm algorithm() const { return algorithm_; }
  /// SHA-256 of der().
  Fingerprint fingerprint(const Context& context) const;

  /// True if `signature` is this key's over `message`.
  [[nodiscard]] bool verify(const Context& context, ByteView message, ByteView signature) const;

  friend bool operator==(const PublicKey& a, const PublicKey& b) { return a.der_ == b.der_; }

 private:
  PublicKey(std::shared_ptr<evp_pkey_st> key, SignatureAlgorithm algorithm, ByteView der)
      : key_(std::move(key)), algorithm_(algorithm), der_(der.begin(), der.end()) {}

  std::shared_ptr<evp_pkey_st> key_;
  SignatureAlgorithm algorithm_;
  Bytes der_;
};

}  // namespace avocet::crypto
