#pragma once

#include <array>
#include <compare>
#include <cstdint>
#include <functional>
#include <string>

namespace avocet {

/// An IP address and UDP port. IPv4 is held as IPv4-mapped IPv6 (RFC 4291 section 2.5.5.2), so that one type
/// serves both; all zero means unknown.
struct PeerAddress {
  std::array<std::uint8_t, 16> ip{};
  std::uint16_t port = 0;

  static constexpr PeerAddress v4(std::uint8_t a, std::uint8_t b, std::uint8_t c, std::uint8_t d,
                                  std::uint16_t port) {
    return {{0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff, a, b, c, d}, port};
  }
  constexpr bool is_v4() const {
    for (int i = 0; i < 10; ++i) {
      if (ip[static_cast<std::size_t>(i)] != 0) return false;
    }
    return ip[10] == 0xff && ip[11] == 0xff;
  }
  constexpr auto operator<=>(const PeerAddress&) const = default;
};

/// `192.0.2.1:4747` or `[2001:db8::1]:4747`.
std::string to_string(const PeerAddress&);

/// Explicit congestion notification codepoint of a datagram (RFC 3168), with its values in the IP header.
enum class Ecn : std::uint8_t { not_ect = 0, ect1 = 1, ect0 = 2, ce = 3 };

}  // namespace avocet

template <>
struct std::hash<avocet::PeerAddress> {
  std::size_t operator()(const avocet::PeerAddress& a) const noexcept {
    std::uint64_t h = a.port;
    for (std::uint8_t b : a.ip) h = (h ^ b) * 0x100000001b3ull;
    return static_cast<std::size_t>(h ^ (h >> 29));
  }
};
