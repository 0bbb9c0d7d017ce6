#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <expected>

#include "protocol/base/address.hpp"
#include "protocol/base/bytes.hpp"
#include "protocol/base/entropy.hpp"
#include "protocol/base/ids.hpp"
#include "protocol/base/time.hpp"
#include "protocol/crypto/context.hpp"
#include "protocol/crypto/hash.hpp"
#include "protocol/crypto/secret.hpp"

namespace avocet::crypto {

/// What a cookie is bound to besides its time and the first Hello.
struct CookieBinding {
  std::uint32_t version;
  PeerAddress client;
  ConnectionId client_id;
};

enum class CookieError { malformed, forged, expired };

/// Makes and checks the cookies of Retry, by which a server lets a client prove its address without keeping
/// any state of it:
///
///     cookie = key id (1) | time (8, ns of the server's clock) | H(Hello) (48) |
///              HMAC-SHA-384(K, version | address | port | client cid | time | H(Hello)) (48)
///
/// K is derived from a master key and `time` divided by 120 s, so keys rotate although nothing changes here;
/// the key id is the low byte of that quotient.
class CookieKey {
 public:
  static constexpr std::size_t cookie_size = 1 + 8 + hash_size + hash_size;
  static constexpr Duration lifetime = 10s;
  static constexpr Duration rotation = 120s;
  using Cookie = std::array<std::byte, cookie_size>;

  explicit CookieKey(const Entropy& master) : master_(master.seed) {}

  Cookie make(const Context& context, Time now, const CookieBinding& binding, const Hash& hello) const;

  /// The hash of the first Hello if the cookie is one of ours, for this client, and at most `lifetime` old.
  std::expected<Hash, CookieError> check(const Context& context, Time now, const CookieBinding& binding,
                                         ByteView cookie) const;

 private:
  Hash tag(const Context& context, Time time, const CookieBinding& binding, const Hash& hello) const;

  Secret<32> master_;
};

}  // namespace avocet::crypto
