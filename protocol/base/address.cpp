#include "protocol/base/address.hpp"

namespace avocet {
namespace {

std::string hex_group(unsigned v) {
  static constexpr char digits[] = "0123456789abcdef";
  std::string out;
  for (int shift = 12; shift >= 0; shift -= 4) {
    const unsigned d = (v >> shift) & 0xf;
    if (d != 0 || !out.empty() || shift == 0) out += digits[d];
  }
  return out;
}

std::string v4_text(const PeerAddress& a) {
  std::string out;
  for (std::size_t i = 12; i < 16; ++i) {
    if (i > 12) out += '.';
    out += std::to_string(a.ip[i]);
  }
  return out;
}

/// RFC 5952: the longest run of zero groups (the first of equals) is written `::`.
std::string v6_text(const PeerAddress& a) {
  std::array<unsigned, 8> groups{};
  for (std::size_t i = 0; i < 8; ++i) groups[i] = static_cast<unsigned>(a.ip[2 * i] << 8 | a.ip[2 * i + 1]);
  std::size_t best = 8, best_length = 1;
  for (std::size_t i = 0; i < 8; ++i) {
    std::size_t n = 0;
    while (i + n < 8 && groups[i + n] == 0) ++n;
    if (n > best_length) best = i, best_length = n;
  }
  std::string out;
  for (std::size_t i = 0; i < 8; ++i) {
    if (i == best) {
      out += "::";
      i += best_length - 1;
      continue;
    }
    if (!out.empty() && out.back() != ':') out += ':';
    out += hex_group(groups[i]);
  }
  return out;
}

}  // namespace

std::string to_string(const PeerAddress& a) {
  const std::string ip = a.is_v4() ? v4_text(a) : '[' + v6_text(a) + ']';
  return ip + ":" + std::to_string(a.port);
}

}  // namespace avocet
