#include "protocol/crypto/secret.hpp"

#include <openssl/crypto.h>

namespace avocet::crypto {

void wipe(ByteSpan bytes) noexcept { OPENSSL_cleanse(bytes.data(), bytes.size()); }

bool equal_in_constant_time(ByteView a, ByteView b) noexcept {
  return a.size() == b.size() && CRYPTO_memcmp(a.data(), b.data(), a.size()) == 0;
}

}  // namespace avocet::crypto
