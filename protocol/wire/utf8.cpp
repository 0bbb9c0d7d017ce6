#include "protocol/wire/utf8.hpp"

#include <cstdint>

namespace avocet::wire {
namespace {

struct Lead {
  int continuation;  // bytes that must follow; -1: not a lead byte
  char32_t bits;
  char32_t least;  // the smallest code point that needs this length
};

Lead classify(unsigned char c) {
  if (c < 0x80) return {0, c, 0};
  if (c >= 0xc2 && c <= 0xdf) return {1, c & 0x1fu, 0x80};
  if (c >= 0xe0 && c <= 0xef) return {2, c & 0x0fu, 0x800};
  if (c >= 0xf0 && c <= 0xf4) return {3, c & 0x07u, 0x10000};
  return {-1, 0, 0};
}

}  // namespace

bool is_utf8(std::string_view text) {
  for (std::size_t i = 0; i < text.size();) {
    const Lead lead = classify(static_cast<unsigned char>(text[i++]));
    if (lead.continuation < 0 || text.size() - i < static_cast<std::size_t>(lead.continuation)) return false;
    char32_t point = lead.bits;
    for (int k = 0; k < lead.continuation; ++k) {
      const auto c = static_cast<unsigned char>(text[i++]);
      if ((c & 0xc0) != 0x80) return false;
      point = point << 6 | (c & 0x3fu);
    }
    if (point < lead.least || point > 0x10ffff || (point >= 0xd800 && point <= 0xdfff)) return false;
  }
  return true;
}

}  // namespace avocet::wire
