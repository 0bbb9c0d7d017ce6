#include "protocol/crypto/der.hpp"

#include <openssl/crypto.h>
#include <openssl/x509.h>

namespace avocet::crypto {
namespace {

/// Takes over what an i2d_* function has allocated.
Bytes take(unsigned char* der, int size) {
  if (size <= 0) return {};
  const ByteView view = std::as_bytes(std::span(der, static_cast<std::size_t>(size)));
  Bytes out(view.begin(), view.end());
  OPENSSL_free(der);
  return out;
}

}  // namespace

Bytes der_of(const X509* certificate) {
  unsigned char* der = nullptr;
  const int size = i2d_X509(certificate, &der);
  return take(der, size);
}

Bytes public_key_der(const EVP_PKEY* key) {
  unsigned char* der = nullptr;
  const int size = i2d_PUBKEY(key, &der);
  return take(der, size);
}

Bytes public_key_der(const X509* certificate) {
  unsigned char* der = nullptr;
  const int size = i2d_X509_PUBKEY(X509_get_X509_PUBKEY(certificate), &der);
  return take(der, size);
}

}  // namespace avocet::crypto
