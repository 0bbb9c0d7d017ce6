#pragma once

#include "protocol/base/bytes.hpp"
#include "protocol/crypto/handle.hpp"

namespace avocet::crypto {

// DER encodings of OpenSSL's objects, for the files of this room only.

Bytes der_of(const x509_st* certificate);
/// The SubjectPublicKeyInfo of a key or of a certificate; empty if OpenSSL cannot encode it.
Bytes public_key_der(const evp_pkey_st* key);
Bytes public_key_der(const x509_st* certificate);

}  // namespace avocet::crypto
