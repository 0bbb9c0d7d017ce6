#pragma once

#include "protocol/crypto/handle.hpp"
#include "protocol/crypto/public_key.hpp"

namespace avocet::crypto {

// What signing and verifying have in common; for the files of this room only.

/// Name of the digest for EVP_DigestSignInit_ex; null for Ed25519, which hashes by itself.
const char* digest_name(SignatureAlgorithm algorithm);

/// Sets PSS with SHA-256 and a salt of exactly 32 bytes (without the latter, verification takes any salt
/// length).
void set_padding(evp_pkey_ctx_st* parameters, SignatureAlgorithm algorithm);

}  // namespace avocet::crypto
