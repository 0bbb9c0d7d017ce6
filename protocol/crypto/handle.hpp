#pragma once

#include <cstdlib>
#include <memory>

// OpenSSL's types by their struct names, so that no header of this room includes OpenSSL's.
struct bignum_st;
struct bio_st;
struct evp_cipher_ctx_st;
struct evp_cipher_st;
struct evp_mac_ctx_st;
struct evp_mac_st;
struct evp_md_ctx_st;
struct evp_md_st;
struct evp_pkey_ctx_st;
struct evp_pkey_st;
struct ossl_lib_ctx_st;
struct x509_st;
struct x509_store_ctx_st;
struct x509_store_st;

namespace avocet::crypto {

struct Free {
  void operator()(bignum_st*) const noexcept;
  void operator()(bio_st*) const noexcept;
  void operator()(evp_cipher_ctx_st*) const noexcept;
  void operator()(evp_cipher_st*) const noexcept;
  void operator()(evp_mac_ctx_st*) const noexcept;
  void operator()(evp_mac_st*) const noexcept;
  void operator()(evp_md_ctx_st*) const noexcept;
  void operator()(evp_md_st*) const noexcept;
  void operator()(evp_pkey_ctx_st*) const noexcept;
  void operator()(evp_pkey_st*) const noexcept;
  void operator()(ossl_lib_ctx_st*) const noexcept;
  void operator()(x509_st*) const noexcept;
  void operator()(x509_store_ctx_st*) const noexcept;
  void operator()(x509_store_st*) const noexcept;
};

/// Sole owner of an object of libcrypto.
template <class T>
using Handle = std::unique_ptr<T, Free>;

/// For steps of libcrypto that no input from outside can make fail: if one does (no memory, a broken
/// installation), going on would mean unsealed or unauthenticated bytes. Not an assert, because release
/// builds need it too.
inline void require(bool ok) {
  if (!ok) std::abort();
}

}  // namespace avocet::crypto
