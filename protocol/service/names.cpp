#include "protocol/service/names.hpp"

#include "protocol/crypto/public_key.hpp"
#include "protocol/service/code_points.hpp"
#include "protocol/service/look_alikes.hpp"
#include "protocol/wire/utf8.hpp"

namespace avocet::service {
namespace {

constexpr std::size_t max_name = 64;

bool within(char32_t c, char32_t first, char32_t last) { return first <= c && c <= last; }

/// Characters that cannot be seen, or change how others look (Unicode categories Cc, Cf, Zl, Zp,
/// noncharacters).
bool invisible(char32_t c) {
  return c < 0x20 || within(c, 0x7f, 0x9f) || c == 0xad || c == 0x61c || c == 0x180e ||
         within(c, 0x200b, 0x200f) || within(c, 0x2028, 0x202e) || within(c, 0x2060, 0x206f) ||
         within(c, 0xfdd0, 0xfdef) || c == 0xfeff || within(c, 0xfff0, 0xfffb) || (c & 0xfffe) == 0xfffe ||
         within(c, 0xe0000, 0xe0fff);
}

bool combining(char32_t c) {
  return within(c, 0x300, 0x36f) || within(c, 0x1ab0, 0x1aff) || within(c, 0x1dc0, 0x1dff) ||
         within(c, 0x20d0, 0x20ff) || within(c, 0xfe20, 0xfe2f);
}

bool space(char32_t c) {
  return c == ' ' || c == 0xa0 || within(c, 0x2000, 0x200a) || c == 0x202f || c == 0x3000;
}

}  // namespace

std::optional<std::string> problem_of_name(std::string_view name) {
  if (name.empty()) return "it is empty";  // AV-SVC-9, AV-SVC-10
  if (name.size() > max_name) return "it is longer than 64 bytes";
  if (!wire::is_utf8(name)) return "it is not UTF-8";
  if (name == "." || name == "..") return "it is a path";
  const std::string_view whole = name;
  bool first = true;
  while (!name.empty()) {
    const char32_t c = take_code_point(name);
    if (c == '/' || c == '\\') return "it holds a slash; names are not paths";
    if (invisible(c)) return "it holds a character that cannot be seen";
    if (combining(c)) return "it holds a combining character; write accented letters as one character";
    if (space(c) && (first || name.empty())) return "it begins or ends with a space";
    first = false;
  }
  if (mixes_scripts(whole))
    return "it mixes the letters of several scripts, which can look like another name";
  return std::nullopt;
}

std::string shortened(std::string_view text, std::size_t size) {
  if (text.size() <= size) return std::string(text);
  while (size > 0 && (static_cast<unsigned char>(text[size]) & 0xc0) == 0x80) --size;
  return std::string(text.substr(0, size));
}

bool is_signed_by_identity(const crypto::Context& context, const wire::User& user) {
  const auto key = crypto::PublicKey::from_der(context, user.public_key);
  return key &&
         key->verify(context, encryption_key_statement(user.name, user.encryption_key), user.signature);
}

Bytes encryption_key_statement(std::string_view name, const std::array<std::byte, 32>& encryption_key) {
  constexpr std::string_view label = "avocet1 encryption key of ";  // AV-SVC-12
  Bytes statement;
  statement.reserve(label.size() + name.size() + 1 + encryption_key.size());
  const auto append = [&](ByteView bytes) { statement.insert(statement.end(), bytes.begin(), bytes.end()); };
  append(as_bytes(label));
  append(as_bytes(name));
  statement.push_back(std::byte{0});
  append(encryption_key);
  return statement;
}

}  // namespace avocet::service
