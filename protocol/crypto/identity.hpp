#pragma once

#include <expected>

#include "protocol/base/bytes.hpp"
#include "protocol/crypto/context.hpp"
#include "protocol/crypto/error.hpp"
#include "protocol/crypto/public_key.hpp"
#include "protocol/crypto/random.hpp"

namespace avocet::crypto {

/// A private key that proves who an endpoint is, with its public half. Only of the kinds that PublicKey
/// takes.
class Identity {
 public:
  /// From unencrypted PEM: `PRIVATE KEY` (PKCS #8) or `RSA PRIVATE KEY`. A key that cannot verify its own
  /// signature is refused as damaged.
  static std::expected<Identity, Error> from_pem(Context& context, ByteView pem);
  /// A new Ed25519 key.
  static Identity make_ed25519(Context& context, Random& random);
  /// A new RSA key of 2048 to 4096 bits, from the Context's own randomness; takes up to some seconds.
  static Identity make_rsa(Context& context, unsigned bits);

  Identity(Identity&&) noexcept = default;
  Identity& operator=(Identity&&) noexcept = default;

  /// The private key as unencrypted PKCS #8 in PEM. The caller wipes it.
  Bytes pem() const;
  const PublicKey& public_key() const { return public_key_; }
  SignatureAlgorithm algorithm() const { return public_key_.algorithm(); }

  /// A signature over `message`: 64 bytes of Ed25519, or as many as the RSA modulus has.
  Bytes sign(Context& context, ByteView message) const;

  /// For the files of this room only.
  evp_pkey_st* key() const { return key_.get(); }

 private:
  Identity(Handle<evp_pkey_st> key, PublicKey public_key)
      : key_(std::move(key)), public_key_(std::move(public_key)) {}
  static std::expected<Identity, Error> from_key(const Context& context, Handle<evp_pkey_st> key);

  Handle<evp_pkey_st> key_;
  PublicKey public_key_;
};

}  // namespace avocet::crypto
