#include "protocol/crypto/key_agreement.hpp"

#include <openssl/bn.h>
#include <openssl/core_names.h>
#include <openssl/ec.h>
#include <openssl/evp.h>
#include <openssl/obj_mac.h>
#include <openssl/params.h>

#include <algorithm>
#include <array>

namespace avocet::crypto {
namespace {

// What blinding of a P-256 multiplication may draw where OpenSSL has no constant-time code of its own for it.
constexpr std::size_t blinding_bytes = 1024;

unsigned char* raw(std::byte* p) { return reinterpret_cast<unsigned char*>(p); }
const unsigned char* raw(const std::byte* p) { return reinterpret_cast<const unsigned char*>(p); }

struct FreeEc {
  void operator()(EC_GROUP* p) const noexcept { EC_GROUP_free(p); }
  void operator()(EC_POINT* p) const noexcept { EC_POINT_free(p); }
};

using P256Share = std::array<std::byte, 65>;

/// The public half of a private key of P-256, or nothing if the private key is out of range.
std::optional<P256Share> p256_share(Context& context, std::span<const std::byte, 32> private_key) {
  context.feed(blinding_bytes);
  const std::unique_ptr<EC_GROUP, FreeEc> group(
      EC_GROUP_new_by_curve_name_ex(context.library(), nullptr, NID_X9_62_prime256v1));
  require(group != nullptr);
  const std::unique_ptr<EC_POINT, FreeEc> point(EC_POINT_new(group.get()));
  const Handle<bignum_st> scalar(BN_secure_new());
  require(point != nullptr && scalar != nullptr &&
          BN_bin2bn(raw(private_key.data()), static_cast<int>(private_key.size()), scalar.get()) != nullptr);
  BN_set_flags(scalar.get(), BN_FLG_CONSTTIME);
  if (BN_is_zero(scalar.get()) || BN_cmp(scalar.get(), EC_GROUP_get0_order(group.get())) >= 0)
    return std::nullopt;

  P256Share share;
  require(EC_POINT_mul(group.get(), point.get(), scalar.get(), nullptr, nullptr, nullptr) == 1);
  require(EC_POINT_point2oct(group.get(), point.get(), POINT_CONVERSION_UNCOMPRESSED, raw(share.data()),
                             share.size(), nullptr) == share.size());
  return share;
}

/// A key of P-256 from its uncompressed share and, for our own, the private number. Nothing if the share is
/// not a point of the curve.
Handle<evp_pkey_st> p256_key(const Context& context, ByteView share, ByteView private_key) {
  // OSSL_PARAM wants numbers in the byte order of the machine.
  std::array<unsigned char, 32> number{};
  const Handle<bignum_st> scalar(BN_secure_new());
  require(scalar != nullptr &&
          BN_bin2bn(raw(private_key.data()), static_cast<int>(private_key.size()), scalar.get()) != nullptr &&
          BN_bn2nativepad(scalar.get(), number.data(), number.size()) == static_cast<int>(number.size()));
  char curve[] = "prime256v1";
  std::array<OSSL_PARAM, 4> parameters{
      OSSL_PARAM_construct_utf8_string(OSSL_PKEY_PARAM_GROUP_NAME, curve, 0),
      OSSL_PARAM_construct_octet_string(OSSL_PKEY_PARAM_PUB_KEY, const_cast<std::byte*>(share.data()),
                                        share.size()),
      private_key.empty() ? OSSL_PARAM_construct_end()
                          : OSSL_PARAM_construct_BN(OSSL_PKEY_PARAM_PRIV_KEY, number.data(), number.size()),
      OSSL_PARAM_construct_end()};

  const Handle<evp_pkey_ctx_st> maker(EVP_PKEY_CTX_new_from_name(context.library(), "EC", nullptr));
  require(maker != nullptr && EVP_PKEY_fromdata_init(maker.get()) == 1);
  EVP_PKEY* key = nullptr;
  const int made = EVP_PKEY_fromdata(
      maker.get(), &key, private_key.empty() ? EVP_PKEY_PUBLIC_KEY : EVP_PKEY_KEYPAIR, parameters.data());
  wipe(std::as_writable_bytes(std::span(number)));
  return Handle<evp_pkey_st>(made == 1 ? key : nullptr);
}

/// The peer's share as a key, or null if it is not acceptable.
Handle<evp_pkey_st> peer_key(Context& context, Group group, ByteView share) {
  if (share.size() != share_size(group)) return nullptr;
  if (group == Group::x25519) {
    EVP_PKEY* peer = context.x25519_peer();
    require(EVP_PKEY_set1_encoded_public_key(peer, raw(share.data()), share.size()) == 1 &&
            EVP_PKEY_up_ref(peer) == 1);
    return Handle<evp_pkey_st>(peer);
  }
  // AV-KEY-3: OpenSSL also takes hybrid (0x06, 0x07) and compressed (0x02, 0x03) points, and infinity (0x00).
  if (share[0] != std::byte{0x04}) return nullptr;
  Handle<evp_pkey_st> key = p256_key(context, share, {});
  if (key == nullptr) return nullptr;
  const Handle<evp_pkey_ctx_st> checker(EVP_PKEY_CTX_new_from_pkey(context.library(), key.get(), nullptr));
  return checker != nullptr && EVP_PKEY_public_check(checker.get()) == 1 ? std::move(key) : nullptr;
}

}  // namespace

KeyAgreement::KeyAgreement(Group group, Handle<evp_pkey_st> key, ByteView share)
    : group_(group), key_(std::move(key)) {
  for (std::byte b : share) share_.push_back(b);
}

KeyAgreement KeyAgreement::make(Context& context, Group group, Random& random) {
  while (true) {  // P-256 refuses one draw in 2^32
    Secret<32> key;
    random.fill(key.bytes());
    if (auto made = from_private(context, group, key.bytes())) return std::move(*made);
  }
}

std::optional<KeyAgreement> KeyAgreement::from_private(Context& context, Group group,
                                                       std::span<const std::byte, 32> key) {
  if (group == Group::secp256r1) {
    const auto share = p256_share(context, key);
    if (!share) return std::nullopt;
    Handle<evp_pkey_st> made = p256_key(context, *share, key);
    require(made != nullptr);
    return KeyAgreement(group, std::move(made), *share);
  }
  Handle<evp_pkey_st> made(
      EVP_PKEY_new_raw_private_key_ex(context.library(), "X25519", nullptr, raw(key.data()), key.size()));
  std::array<std::byte, 32> share;
  std::size_t size = share.size();
  require(made != nullptr && EVP_PKEY_get_raw_public_key(made.get(), raw(share.data()), &size) == 1);
  return KeyAgreement(group, std::move(made), share);
}

std::optional<Secret<shared_secret_size>> KeyAgreement::agree(Context& context, ByteView peer_share) const {
  const Handle<evp_pkey_st> peer = peer_key(context, group_, peer_share);
  if (peer == nullptr) return std::nullopt;
  if (group_ == Group::secp256r1) context.feed(blinding_bytes);  // X25519 draws nothing
  const Handle<evp_pkey_ctx_st> derivation(
      EVP_PKEY_CTX_new_from_pkey(context.library(), key_.get(), nullptr));
  require(derivation != nullptr && EVP_PKEY_derive_init(derivation.get()) == 1);

  Secret<shared_secret_size> secret;
  std::size_t size = shared_secret_size;
  constexpr int already_checked = 0;
  if (EVP_PKEY_derive_set_peer_ex(derivation.get(), peer.get(), already_checked) != 1 ||
      EVP_PKEY_derive(derivation.get(), raw(secret.bytes().data()), &size) != 1 ||
      size != shared_secret_size) {
    return std::nullopt;  // X25519 with a point of low order ends here
  }
  // AV-KEY-3
  if (secret == Secret<shared_secret_size>()) return std::nullopt;  // RFC 7748 section 6.1
  return secret;
}

}  // namespace avocet::crypto
