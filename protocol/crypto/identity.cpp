#include "protocol/crypto/identity.hpp"

#include <openssl/bio.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/rsa.h>

#include "protocol/crypto/der.hpp"
#include "protocol/crypto/pem.hpp"
#include "protocol/crypto/secret.hpp"
#include "protocol/crypto/signature.hpp"

namespace avocet::crypto {
namespace {

unsigned char* raw(std::byte* p) { return reinterpret_cast<unsigned char*>(p); }
const unsigned char* raw(const std::byte* p) { return reinterpret_cast<const unsigned char*>(p); }

/// A signature, or nothing when the key does not work.
Bytes try_sign(Context& context, evp_pkey_st* key, SignatureAlgorithm algorithm, ByteView message) {
  if (algorithm != SignatureAlgorithm::ed25519)
    context.feed(Context::rsa_operation_bytes(EVP_PKEY_get_size(key)));
  const Handle<evp_md_ctx_st> signer(EVP_MD_CTX_new());
  EVP_PKEY_CTX* parameters = nullptr;
  require(signer != nullptr && EVP_DigestSignInit_ex(signer.get(), &parameters, digest_name(algorithm),
                                                     context.library(), nullptr, key, nullptr) == 1);
  set_padding(parameters, algorithm);
  Bytes signature(static_cast<std::size_t>(EVP_PKEY_get_size(key)));
  std::size_t size = signature.size();
  if (EVP_DigestSign(signer.get(), raw(signature.data()), &size, raw(message.data()), message.size()) != 1)
    return {};
  signature.resize(size);
  return signature;
}

}  // namespace

std::expected<Identity, Error> Identity::from_pem(Context& context, ByteView pem) {
  const Handle<bio_st> in = pem_reader(pem);
  bool encrypted = false;
  Handle<evp_pkey_st> key(
      PEM_read_bio_PrivateKey_ex(in.get(), nullptr, no_passphrase, &encrypted, context.library(), nullptr));
  if (encrypted) {
    return std::unexpected(Error{
        "the private key is protected by a passphrase; remove it with: openssl pkey -in KEY -out NEWKEY"});
  }
  if (key == nullptr) return std::unexpected(Error{"there is no private key in PEM (BEGIN PRIVATE KEY)"});
  auto identity = from_key(context, std::move(key));
  if (!identity) return identity;
  const ByteView probe = as_bytes("avocet");
  const Bytes signature = try_sign(context, identity->key(), identity->algorithm(), probe);
  if (!identity->public_key().verify(context, probe, signature)) {
    return std::unexpected(Error{"the private key is damaged: it cannot verify its own signature"});
  }
  return identity;
}

Identity Identity::make_ed25519(Context& context, Random& random) {
  Secret<32> seed;
  random.fill(seed.bytes());
  Handle<evp_pkey_st> key(EVP_PKEY_new_raw_private_key_ex(context.library(), "ED25519", nullptr,
                                                          raw(seed.bytes().data()), Secret<32>::size));
  auto identity = from_key(context, std::move(key));
  require(identity.has_value());
  return std::move(*identity);
}

Identity Identity::make_rsa(Context& context, unsigned bits) {
  context.feed(Context::rsa_generation_bytes);
  const Handle<evp_pkey_ctx_st> maker(EVP_PKEY_CTX_new_from_name(context.library(), "RSA", nullptr));
  EVP_PKEY* key = nullptr;
  require(maker != nullptr && EVP_PKEY_keygen_init(maker.get()) == 1 &&
          EVP_PKEY_CTX_set_rsa_keygen_bits(maker.get(), static_cast<int>(bits)) == 1 &&
          EVP_PKEY_generate(maker.get(), &key) == 1);
  auto identity = from_key(context, Handle<evp_pkey_st>(key));
  require(identity.has_value());
  return std::move(*identity);
}

std::expected<Identity, Error> Identity::from_key(const Context& context, Handle<evp_pkey_st> key) {
  auto public_key = PublicKey::from_der(context, public_key_der(key.get()));
  if (!public_key) return std::unexpected(public_key.error());
  return Identity(std::move(key), std::move(*public_key));
}

Bytes Identity::pem() const {
  const Handle<bio_st> out(BIO_new(BIO_s_secmem()));
  require(out != nullptr &&
          PEM_write_bio_PKCS8PrivateKey(out.get(), key_.get(), nullptr, nullptr, 0, nullptr, nullptr) == 1);
  return written(out.get());
}

Bytes Identity::sign(Context& context, ByteView message) const {
  Bytes signature = try_sign(context, key_.get(), algorithm(), message);
  require(!signature.empty());
  return signature;
}

}  // namespace avocet::crypto
