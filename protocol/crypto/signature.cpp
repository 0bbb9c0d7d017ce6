#include "protocol/crypto/signature.hpp"

#include <openssl/evp.h>
#include <openssl/rsa.h>

namespace avocet::crypto {

const char* digest_name(SignatureAlgorithm algorithm) {
  return algorithm == SignatureAlgorithm::ed25519 ? nullptr : "SHA2-256";
}

void set_padding(evp_pkey_ctx_st* parameters, SignatureAlgorithm algorithm) {
  if (algorithm == SignatureAlgorithm::ed25519) return;
  require(EVP_PKEY_CTX_set_rsa_padding(parameters, RSA_PKCS1_PSS_PADDING) == 1 &&
          EVP_PKEY_CTX_set_rsa_pss_saltlen(parameters, RSA_PSS_SALTLEN_DIGEST) == 1 &&
          EVP_PKEY_CTX_set_rsa_mgf1_md_name(parameters, "SHA2-256", nullptr) == 1);
}

}  // namespace avocet::crypto
