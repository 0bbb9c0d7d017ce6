#include "protocol/crypto/reset_token.hpp"

#include "protocol/crypto/hash.hpp"

namespace avocet::crypto {

ResetToken reset_token(const Context& context, const Secret<32>& static_key, ConnectionId id) {
  std::array<std::byte, 8> spelled;
  for (std::size_t i = 0; i < 8; ++i) spelled[i] = static_cast<std::byte>(id.value >> (56 - 8 * i));
  const Hash value = hmac(context, static_key, {spelled});
  return ResetToken(std::span(value).first<16>());
}

}  // namespace avocet::crypto
