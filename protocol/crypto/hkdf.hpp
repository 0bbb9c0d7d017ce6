#pragma once

#include <string_view>

#include "protocol/base/bytes.hpp"
#include "protocol/crypto/context.hpp"
#include "protocol/crypto/hash.hpp"
#include "protocol/crypto/secret.hpp"

namespace avocet::crypto {

/// HKDF with SHA-384 (RFC 5869). `salt` must not be empty: callers without one pass hash_size zeros, as the
/// RFC does.
Secret<hash_size> hkdf_extract(const Context& context, ByteView salt, ByteView input);

/// Fills `out`, at most 255 * hash_size bytes.
void hkdf_expand(const Context& context, ByteView secret, ByteView info, ByteSpan out);

/// HKDF-Expand-Label of RFC 8446 section 7.1 with the prefix "avocet1 " in place of "tls13 ":
///
///     info = u16 size of out | u8 size | "avocet1 " + label | u8 size | hash
void expand_label(const Context& context, ByteView secret, std::string_view label, ByteView hash,
                  ByteSpan out);

}  // namespace avocet::crypto
