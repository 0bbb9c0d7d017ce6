#include "protocol/crypto/gcm.hpp"

#include <openssl/core_names.h>
#include <openssl/evp.h>
#include <openssl/params.h>

#include <limits>

namespace avocet::crypto {
namespace {

unsigned char* raw(std::byte* p) { return reinterpret_cast<unsigned char*>(p); }
const unsigned char* raw(const std::byte* p) { return reinterpret_cast<const unsigned char*>(p); }

Handle<evp_cipher_ctx_st> make_cipher(const Context& context, const Secret<32>& key,
                                      Gcm::Direction direction) {
  Handle<evp_cipher_ctx_st> cipher(EVP_CIPHER_CTX_new());
  require(cipher != nullptr);
  require(EVP_CipherInit_ex2(cipher.get(), context.aes_256_gcm(), raw(key.bytes().data()), nullptr,
                             static_cast<int>(direction), nullptr) == 1);
  return cipher;
}

/// Runs the cipher over the header and, in place, over `text`. Only the nonce is set anew: the key schedule
/// of AES and the tables of GHASH stay in the context.
bool run(EVP_CIPHER_CTX* cipher, const Gcm::Nonce& nonce, ByteView header, ByteSpan text) {
  if (header.size() > std::numeric_limits<int>::max() || text.size() > std::numeric_limits<int>::max())
    return false;
  int size = 0;
  return EVP_CipherInit_ex2(cipher, nullptr, nullptr, nonce.data(), -1, nullptr) == 1 &&
         EVP_CipherUpdate(cipher, nullptr, &size, raw(header.data()), static_cast<int>(header.size())) == 1 &&
         EVP_CipherUpdate(cipher, raw(text.data()), &size, raw(text.data()), static_cast<int>(text.size())) ==
             1;
}

std::array<OSSL_PARAM, 2> tag_parameter(ByteSpan tag) {
  return {OSSL_PARAM_construct_octet_string(OSSL_CIPHER_PARAM_AEAD_TAG, tag.data(), tag.size()),
          OSSL_PARAM_construct_end()};
}

}  // namespace

Gcm::Gcm(const Context& context, const Secret<32>& key, Direction direction) : ipsec_mb_(context.ipsec_mb()) {
  if (ipsec_mb_ != nullptr) {
    key_ = ipsec_mb_->expand(key);
  } else {
    cipher_ = make_cipher(context, key, direction);
  }
}

void Gcm::seal(const Nonce& nonce, ByteView header, ByteSpan text,
               std::span<std::byte, tag_size> tag) noexcept {
  if (ipsec_mb_ != nullptr) return ipsec_mb_->seal(*key_, nonce.data(), header, text, tag.data());
  auto parameters = tag_parameter(tag);
  int size = 0;
  require(run(cipher_.get(), nonce, header, text) &&
          EVP_CipherFinal_ex(cipher_.get(), raw(tag.data()), &size) == 1 &&
          EVP_CIPHER_CTX_get_params(cipher_.get(), parameters.data()) == 1);
}

bool Gcm::open(const Nonce& nonce, ByteView header, ByteSpan text,
               std::span<std::byte, tag_size> tag) noexcept {
  if (ipsec_mb_ != nullptr) return ipsec_mb_->open(*key_, nonce.data(), header, text, tag.data());
  const auto parameters = tag_parameter(tag);
  int size = 0;
  return run(cipher_.get(), nonce, header, text) &&
         EVP_CIPHER_CTX_set_params(cipher_.get(), parameters.data()) == 1 &&
         EVP_CipherFinal_ex(cipher_.get(), raw(tag.data()), &size) == 1;
}

}  // namespace avocet::crypto
