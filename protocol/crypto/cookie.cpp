#include "protocol/crypto/cookie.hpp"

#include <algorithm>

namespace avocet::crypto {
namespace {

template <std::size_t N>
std::array<std::byte, N> big_endian(std::uint64_t value) {
  std::array<std::byte, N> out;
  for (std::size_t i = 0; i < N; ++i) out[i] = static_cast<std::byte>(value >> (8 * (N - 1 - i)));
  return out;
}

std::array<std::byte, 8> spelled(Time time) {
  return big_endian<8>(static_cast<std::uint64_t>(time.time_since_epoch().count()));
}

Time read_time(std::span<const std::byte, 8> bytes) {
  std::uint64_t value = 0;
  for (std::byte b : bytes) value = value << 8 | std::to_integer<std::uint64_t>(b);
  return Time(Duration(static_cast<std::int64_t>(value)));
}

/// Which key serves at `time`: rounded down, also for a clock that started below zero.
std::uint64_t period_of(Time time) {
  const auto since = time.time_since_epoch();
  const auto quotient =
      since / CookieKey::rotation - (since % CookieKey::rotation < Duration::zero() ? 1 : 0);
  return static_cast<std::uint64_t>(quotient);
}

}  // namespace

CookieKey::Cookie CookieKey::make(const Context& context, Time now, const CookieBinding& binding,
                                  const Hash& hello) const {
  Cookie cookie;
  auto end = cookie.begin();
  const auto append = [&](ByteView part) { end = std::ranges::copy(part, end).out; };
  append(big_endian<1>(period_of(now)));
  append(spelled(now));
  append(hello);
  append(tag(context, now, binding, hello));
  return cookie;
}

std::expected<Hash, CookieError> CookieKey::check(const Context& context, Time now,
                                                  const CookieBinding& binding, ByteView cookie) const {
  if (cookie.size() != cookie_size) return std::unexpected(CookieError::malformed);
  const Time time = read_time(cookie.subspan<1, 8>());
  Hash hello;
  std::ranges::copy(cookie.subspan<9, hash_size>(), hello.begin());
  if (cookie[0] != big_endian<1>(period_of(time))[0]) return std::unexpected(CookieError::malformed);
  // AV-HS-16: Age first: it is cheaper than the HMAC, and before it a forged time could make `now - time`
  // overflow.
  if (time > now || time < now - lifetime) return std::unexpected(CookieError::expired);
  if (!equal_in_constant_time(cookie.last(hash_size), tag(context, time, binding, hello))) {
    return std::unexpected(CookieError::forged);
  }
  return hello;
}

Hash CookieKey::tag(const Context& context, Time time, const CookieBinding& binding,
                    const Hash& hello) const {
  const Hash key = hmac(context, master_, {as_bytes("cookie"), big_endian<8>(period_of(time))});
  return hmac(
      context, key,
      {big_endian<4>(binding.version), std::as_bytes(std::span(binding.client.ip)),
       big_endian<2>(binding.client.port), big_endian<8>(binding.client_id.value), spelled(time), hello});
}

}  // namespace avocet::crypto
