#include "protocol/crypto/context.hpp"

#include <algorithm>
#include <array>

#include <openssl/core_names.h>
#include <openssl/evp.h>
#include <openssl/params.h>
#include <openssl/rand.h>

#include "protocol/crypto/secret.hpp"

namespace avocet::crypto {
namespace {

constexpr std::size_t public_bytes = 64;

void set_entropy(EVP_RAND_CTX* generator, ByteSpan bytes) {
  unsigned strength = 256;
  const std::array parameters{
      OSSL_PARAM_construct_uint(OSSL_RAND_PARAM_STRENGTH, &strength),
      OSSL_PARAM_construct_octet_string(OSSL_RAND_PARAM_TEST_ENTROPY, bytes.data(), bytes.size()),
      OSSL_PARAM_construct_end()};
  require(generator != nullptr && EVP_RAND_CTX_set_params(generator, parameters.data()) == 1);
}

Handle<evp_mac_ctx_st> make_hmac(OSSL_LIB_CTX* library) {
  const Handle<evp_mac_st> hmac(EVP_MAC_fetch(library, "HMAC", nullptr));
  Handle<evp_mac_ctx_st> context(EVP_MAC_CTX_new(hmac.get()));
  char digest[] = "SHA2-384";
  const std::array parameters{OSSL_PARAM_construct_utf8_string(OSSL_MAC_PARAM_DIGEST, digest, 0),
                              OSSL_PARAM_construct_end()};
  require(context != nullptr && EVP_MAC_CTX_set_params(context.get(), parameters.data()) == 1);
  return context;
}

Handle<evp_pkey_st> make_x25519_peer(OSSL_LIB_CTX* library) {
  constexpr std::array<unsigned char, 32> base_point{9};
  Handle<evp_pkey_st> key(
      EVP_PKEY_new_raw_public_key_ex(library, "X25519", nullptr, base_point.data(), base_point.size()));
  require(key != nullptr);
  return key;
}

}  // namespace

Context::Context(const Entropy& entropy, Ciphers ciphers)
    : random_(entropy),
      library_(OSSL_LIB_CTX_new()),
      ipsec_mb_(ciphers == Ciphers::fastest ? IpsecMb::find() : std::nullopt) {
  require(library_ != nullptr && RAND_set_DRBG_type(library(), "TEST-RAND", nullptr, nullptr, nullptr) == 1);
  aes_256_gcm_.reset(EVP_CIPHER_fetch(library(), "AES-256-GCM", nullptr));
  sha384_.reset(EVP_MD_fetch(library(), "SHA2-384", nullptr));
  sha256_.reset(EVP_MD_fetch(library(), "SHA2-256", nullptr));
  require(aes_256_gcm_ != nullptr && sha384_ != nullptr && sha256_ != nullptr);
  hmac_sha384_ = make_hmac(library());
  x25519_peer_ = make_x25519_peer(library());
}

void Context::feed(std::size_t size) {
  Bytes bytes(std::max(size, public_bytes));
  random_.fill(bytes);
  set_entropy(RAND_get0_private(library()), bytes);
  const ByteSpan fewer = ByteSpan(bytes).first(public_bytes);
  random_.fill(fewer);
  set_entropy(RAND_get0_public(library()), fewer);
  wipe(bytes);
}

}  // namespace avocet::crypto
