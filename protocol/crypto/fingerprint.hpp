#pragma once

#include <array>
#include <compare>
#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

namespace avocet::crypto {

/// SHA-256 of a certificate or public key, by which people compare them. Not secret.
struct Fingerprint {
  std::array<std::byte, 32> bytes{};

  auto operator<=>(const Fingerprint&) const = default;
};

/// 64 lower-case hexadecimal digits.
std::string to_string(const Fingerprint& fingerprint);

/// Reads 64 hexadecimal digits of either case, with a colon between every two (as `openssl x509 -fingerprint
/// -sha256` prints) or without any.
std::optional<Fingerprint> parse_fingerprint(std::string_view text);

}  // namespace avocet::crypto
