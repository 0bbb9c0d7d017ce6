#include "protocol/crypto/handle.hpp"

#include <openssl/bio.h>
#include <openssl/bn.h>
#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/x509.h>
#include <openssl/x509_vfy.h>

namespace avocet::crypto {

void Free::operator()(bignum_st* p) const noexcept { BN_clear_free(p); }
void Free::operator()(bio_st* p) const noexcept { BIO_free(p); }
void Free::operator()(evp_cipher_ctx_st* p) const noexcept { EVP_CIPHER_CTX_free(p); }
void Free::operator()(evp_cipher_st* p) const noexcept { EVP_CIPHER_free(p); }
void Free::operator()(evp_mac_ctx_st* p) const noexcept { EVP_MAC_CTX_free(p); }
void Free::operator()(evp_mac_st* p) const noexcept { EVP_MAC_free(p); }
void Free::operator()(evp_md_ctx_st* p) const noexcept { EVP_MD_CTX_free(p); }
void Free::operator()(evp_md_st* p) const noexcept { EVP_MD_free(p); }
void Free::operator()(evp_pkey_ctx_st* p) const noexcept { EVP_PKEY_CTX_free(p); }
void Free::operator()(evp_pkey_st* p) const noexcept { EVP_PKEY_free(p); }
void Free::operator()(ossl_lib_ctx_st* p) const noexcept { OSSL_LIB_CTX_free(p); }
void Free::operator()(x509_st* p) const noexcept { X509_free(p); }
void Free::operator()(x509_store_ctx_st* p) const noexcept { X509_STORE_CTX_free(p); }
void Free::operator()(x509_store_st* p) const noexcept { X509_STORE_free(p); }

}  // namespace avocet::crypto
