#pragma once

#include <cstddef>
#include <cstdint>

#include "protocol/base/entropy.hpp"
#include "protocol/crypto/handle.hpp"
#include "protocol/crypto/ipsec_mb.hpp"
#include "protocol/crypto/random.hpp"

namespace avocet::crypto {

/// Who seals packets. All give the same bytes.
enum class Ciphers : std::uint8_t {
  fastest,    ///< of this build on this processor
  libcrypto,  ///< on every one
};

/// A private instance of libcrypto (OSSL_LIB_CTX) that consults no clock and no randomness of the system: its
/// generator is TEST-RAND, handed bytes of a Random before each operation that draws some (RSA-PSS salts,
/// blinding, prime search). Equal entropy and equal calls give equal bytes. openssl.cnf has no say here,
/// although libcrypto reads it for its default instance when a process first uses it.
///
/// Making one costs about a millisecond and 200 KB; it is meant to be shared by reference: one per Listener
/// with all its sessions, one per client. It must outlive everything made with it (keys, sealers,
/// transcripts), and it and they are used by one thread at a time.
class Context {
 public:
  explicit Context(const Entropy& entropy, Ciphers ciphers = Ciphers::fastest);
  Context(const Context&) = delete;
  Context& operator=(const Context&) = delete;

  /// Packets are sealed by libipsec-mb.
  bool seals_by_ipsec_mb() const { return ipsec_mb_.has_value(); }

  // For the files of this room only: the libraries' view of the above.

  ossl_lib_ctx_st* library() const { return library_.get(); }
  const IpsecMb* ipsec_mb() const { return ipsec_mb_ ? &*ipsec_mb_ : nullptr; }
  const evp_cipher_st* aes_256_gcm() const { return aes_256_gcm_.get(); }
  const evp_md_st* sha384() const { return sha384_.get(); }
  const evp_md_st* sha256() const { return sha256_.get(); }
  evp_mac_ctx_st* hmac_sha384() const { return hmac_sha384_.get(); }  // to be given a key before each use
  /// To be given the peer's share before each use: libcrypto goes through the names of all its algorithms
  /// when it makes a key.
  evp_pkey_st* x25519_peer() const { return x25519_peer_.get(); }

  /// What an operation with an RSA private key may draw for blinding: up to 32 attempts at a number below the
  /// modulus, each of which succeeds with at least 5/8.
  static constexpr std::size_t rsa_operation_bytes(int modulus_bytes) {
    return 32 * static_cast<std::size_t>(modulus_bytes);
  }
  /// What making the two primes of an RSA-4096 key may draw: some 100 KB on average, with an exponential
  /// tail.
  static constexpr std::size_t rsa_generation_bytes = 4 << 20;

  /// Replaces what libcrypto may draw from: `size` fresh bytes for private values (blinding, primes), and 64
  /// for public ones (a salt of 32). An operation that wants more fails.
  void feed(std::size_t size);

 private:
  Random random_;
  Handle<ossl_lib_ctx_st> library_;
  std::optional<IpsecMb> ipsec_mb_;
  Handle<evp_cipher_st> aes_256_gcm_;
  Handle<evp_md_st> sha384_, sha256_;
  Handle<evp_mac_ctx_st> hmac_sha384_;
  Handle<evp_pkey_st> x25519_peer_;
};

}  // namespace avocet::crypto
