#pragma once

#include <array>
#include <cstddef>
#include <initializer_list>

#include "protocol/base/bytes.hpp"
#include "protocol/crypto/context.hpp"
#include "protocol/crypto/handle.hpp"
#include "protocol/crypto/secret.hpp"

namespace avocet::crypto {

inline constexpr std::size_t hash_size = 48;
/// A SHA-384 value that is not secret: of a transcript, a Hello, or a tag that travels.
using Hash = std::array<std::byte, hash_size>;

/// SHA-384 (FIPS 180-4) of the parts in a row.
Hash sha384(const Context& context, std::initializer_list<ByteView> parts);
/// SHA-256 of `bytes`, for fingerprints.
std::array<std::byte, 32> sha256(const Context& context, ByteView bytes);

/// HMAC-SHA-384 (RFC 2104) of the parts in a row. `key` may have any size but zero.
Hash hmac(const Context& context, ByteView key, std::initializer_list<ByteView> parts);

/// The running SHA-384 of a handshake's messages. Copying it forks it.
class Transcript {
 public:
  explicit Transcript(const Context& context);
  Transcript(const Transcript& other);
  Transcript& operator=(const Transcript& other);
  Transcript(Transcript&&) noexcept = default;
  Transcript& operator=(Transcript&&) noexcept = default;

  void add(ByteView message);
  /// Hash of all that was added so far; more may be added afterwards.
  Hash hash() const;

 private:
  Handle<evp_md_ctx_st> running_;
};

/// What an endpoint signs to prove its identity (RFC 8446 section 4.4.3): 64 spaces | `label` | 0 | hash of
/// the transcript. The spaces keep it apart from anything else that a key might be made to sign.
Bytes signed_content(std::string_view label, const Hash& transcript);

}  // namespace avocet::crypto
