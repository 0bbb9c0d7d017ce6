#include "protocol/crypto/public_key.hpp"

#include <openssl/bn.h>
#include <openssl/core_names.h>
#include <openssl/evp.h>
#include <openssl/rsa.h>
#include <openssl/x509.h>

#include <algorithm>
#include <array>

#include "protocol/crypto/der.hpp"
#include "protocol/crypto/hash.hpp"
#include "protocol/crypto/signature.hpp"

namespace avocet::crypto {
namespace {

const unsigned char* raw(const std::byte* p) { return reinterpret_cast<const unsigned char*>(p); }

template <std::size_t N>
bool has_at(ByteView bytes, std::size_t offset, const std::array<unsigned char, N>& wanted) {
  return bytes.size() >= offset + N &&
         std::ranges::equal(std::as_bytes(std::span(wanted)), bytes.subspan(offset, N));
}

using Parsed = std::expected<std::shared_ptr<evp_pkey_st>, Error>;

std::unexpected<Error> refuse(const char* why) { return std::unexpected(Error{why}); }

// SEQUENCE (42) { SEQUENCE (5) { OID 1.3.101.112 }, BIT STRING (33) { 0 unused bits, 32 bytes } }: RFC 8410
// section 4.
constexpr std::array<unsigned char, 12> ed25519_prefix{0x30, 0x2a, 0x30, 0x05, 0x06, 0x03,
                                                       0x2b, 0x65, 0x70, 0x03, 0x21, 0x00};
constexpr std::size_t ed25519_der_size = ed25519_prefix.size() + 32;

// SEQUENCE { OID 1.2.840.113549.1.1.1 (rsaEncryption), NULL }: RFC 8017 appendix A.1. It follows the outer
// SEQUENCE's header, which is 4 bytes for all moduli that we take.
constexpr std::array<unsigned char, 15> rsa_algorithm{0x30, 0x0d, 0x06, 0x09, 0x2a, 0x86, 0x48, 0x86,
                                                      0xf7, 0x0d, 0x01, 0x01, 0x01, 0x05, 0x00};
constexpr std::size_t rsa_algorithm_offset = 4;

using Coordinate = std::array<unsigned char, 32>;

/// y of the points whose order divides 8 (x has either sign): found by multiplying points by the group's
/// prime order.
constexpr std::array<Coordinate, 5> small_order{{
    {0x00},
    {0x01},
    {0x26, 0xe8, 0x95, 0x8f, 0xc2, 0xb2, 0x27, 0xb0, 0x45, 0xc3, 0xf4, 0x89, 0xf2, 0xef, 0x98, 0xf0,
     0xd5, 0xdf, 0xac, 0x05, 0xd3, 0xc6, 0x33, 0x39, 0xb1, 0x38, 0x02, 0x88, 0x6d, 0x53, 0xfc, 0x05},
    {0xc7, 0x17, 0x6a, 0x70, 0x3d, 0x4d, 0xd8, 0x4f, 0xba, 0x3c, 0x0b, 0x76, 0x0d, 0x10, 0x67, 0x0f,
     0x2a, 0x20, 0x53, 0xfa, 0x2c, 0x39, 0xcc, 0xc6, 0x4e, 0xc7, 0xfd, 0x77, 0x92, 0xac, 0x03, 0x7a},
    {0xec, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff,
     0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x7f},
}};

Coordinate y_of(ByteView point) {
  Coordinate y;
  std::ranges::transform(point, y.begin(), [](std::byte b) { return std::to_integer<unsigned char>(b); });
  y[31] &= 0x7f;  // the top bit is the sign of x
  return y;
}

/// Below 2^255 - 19, whose encoding is ed ff .. ff 7f.
bool is_canonical(const Coordinate& y) {
  const bool all_ones =
      y[31] == 0x7f && std::all_of(y.begin() + 1, y.end() - 1, [](auto b) { return b == 0xff; });
  return !(all_ones && y[0] >= 0xed);
}

Parsed parse_ed25519(const Context& context, ByteView der) {
  const ByteView point = der.last(32);
  const Coordinate y = y_of(point);
  if (!is_canonical(y)) return refuse("this Ed25519 key is not canonically encoded");  // AV-TRU-2
  if (std::ranges::find(small_order, y) != small_order.end())
    return refuse("this Ed25519 key is a point of small order");
  Handle<evp_pkey_st> key(
      EVP_PKEY_new_raw_public_key_ex(context.library(), "ED25519", nullptr, raw(point.data()), point.size()));
  require(key != nullptr);
  return std::shared_ptr<evp_pkey_st>(std::move(key));
}

Handle<bignum_st> number(const EVP_PKEY* key, const char* name) {
  BIGNUM* value = nullptr;
  require(EVP_PKEY_get_bn_param(key, name, &value) == 1);
  return Handle<bignum_st>(value);
}

Parsed parse_rsa(const Context& context, ByteView der) {
  const unsigned char* p = raw(der.data());
  Handle<evp_pkey_st> key(
      d2i_PUBKEY_ex(nullptr, &p, static_cast<long>(der.size()), context.library(), nullptr));
  if (key == nullptr || EVP_PKEY_is_a(key.get(), "RSA") != 1)
    return refuse("this RSA public key is malformed");

  const auto modulus = number(key.get(), OSSL_PKEY_PARAM_RSA_N),
             exponent = number(key.get(), OSSL_PKEY_PARAM_RSA_E);
  const int bits = BN_num_bits(modulus.get());
  if (bits < 2048 || bits > 4096) {  // AV-TRU-1
    return std::unexpected(
        Error{"RSA keys must have 2048 to 4096 bits; this one has " + std::to_string(bits)});
  }
  if (!BN_is_odd(modulus.get()) || !BN_is_word(exponent.get(), RSA_F4)) {
    return refuse("RSA keys must have an odd modulus and the exponent 65537");
  }
  if (!std::ranges::equal(public_key_der(key.get()), der))
    return refuse("this RSA public key is not strict DER");
  return std::shared_ptr<evp_pkey_st>(std::move(key));
}

}  // namespace

std::expected<PublicKey, Error> PublicKey::from_der(const Context& context, ByteView der) {
  if (der.size() == ed25519_der_size && has_at(der, 0, ed25519_prefix)) {
    auto key = parse_ed25519(context, der);
    if (!key) return std::unexpected(key.error());
    return PublicKey(std::move(*key), SignatureAlgorithm::ed25519, der);
  }
  if (der.size() <= max_der_size && has_at(der, rsa_algorithm_offset, rsa_algorithm)) {
    auto key = parse_rsa(context, der);
    if (!key) return std::unexpected(key.error());
    return PublicKey(std::move(*key), SignatureAlgorithm::rsa_pss_rsae_sha256, der);
  }
  return refuse("this key is neither Ed25519 nor RSA of 2048 to 4096 bits");
}

Fingerprint PublicKey::fingerprint(const Context& context) const { return {sha256(context, der_)}; }

bool PublicKey::verify(const Context& context, ByteView message, ByteView signature) const {
  const Handle<evp_md_ctx_st> verifier(EVP_MD_CTX_new());
  require(verifier != nullptr);
  EVP_PKEY_CTX* parameters = nullptr;
  require(EVP_DigestVerifyInit_ex(verifier.get(), &parameters, digest_name(algorithm_), context.library(),
                                  nullptr, key_.get(), nullptr) == 1);
  set_padding(parameters, algorithm_);
  return EVP_DigestVerify(verifier.get(), raw(signature.data()), signature.size(), raw(message.data()),
                          message.size()) == 1;
}

}  // namespace avocet::crypto
