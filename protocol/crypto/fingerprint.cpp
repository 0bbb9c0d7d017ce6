#include "protocol/crypto/fingerprint.hpp"

#include <algorithm>

#include "protocol/base/bytes.hpp"

namespace avocet::crypto {
namespace {

constexpr std::size_t pairs = 32;

/// The digits alone, or nothing when the colons are not where they belong.
std::optional<std::string> without_colons(std::string_view text) {
  if (text.size() == 2 * pairs) return std::string(text);
  if (text.size() != 3 * pairs - 1) return std::nullopt;
  std::string digits;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (i % 3 != 2) {
      digits += text[i];
    } else if (text[i] != ':') {
      return std::nullopt;
    }
  }
  return digits;
}

}  // namespace

std::string to_string(const Fingerprint& fingerprint) { return to_hex(fingerprint.bytes); }

std::optional<Fingerprint> parse_fingerprint(std::string_view text) {
  const auto digits = without_colons(text);
  if (!digits) return std::nullopt;
  const Bytes bytes = from_hex(*digits);  // skips white space, so the size tells
  if (bytes.size() != pairs) return std::nullopt;
  Fingerprint out;
  std::ranges::copy(bytes, out.bytes.begin());
  return out;
}

}  // namespace avocet::crypto
