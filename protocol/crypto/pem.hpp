#pragma once

#include <expected>
#include <vector>

#include "protocol/base/bytes.hpp"
#include "protocol/crypto/context.hpp"
#include "protocol/crypto/error.hpp"
#include "protocol/crypto/handle.hpp"

namespace avocet::crypto {

// PEM (RFC 7468), for the files of this room only.

/// A BIO that reads `pem`, which it borrows; an empty one when `pem` is larger than a BIO can hold (2 GiB).
Handle<bio_st> pem_reader(ByteView pem);

/// What has been written to a memory BIO.
Bytes written(bio_st* out);

/// The passphrase callback for PEM_read_bio_*, without which OpenSSL asks on the terminal: gives none, and
/// sets the bool that `asked` points to (it may be null).
int no_passphrase(char*, int, int, void* asked);

/// All certificates in `pem`, at least one.
std::expected<std::vector<Handle<x509_st>>, Error> read_certificates(const Context& context, ByteView pem);

}  // namespace avocet::crypto
