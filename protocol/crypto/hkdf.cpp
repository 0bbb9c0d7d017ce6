#include "protocol/crypto/hkdf.hpp"

#include <algorithm>
#include <cassert>
#include <cstring>

#include "protocol/base/inline_vector.hpp"

namespace avocet::crypto {
namespace {

constexpr std::string_view label_prefix = "avocet1 ";  // AV-KEY-1

}  // namespace

Secret<hash_size> hkdf_extract(const Context& context, ByteView salt, ByteView input) {
  Hash value = hmac(context, salt, {input});
  Secret<hash_size> out(value);
  wipe(value);
  return out;
}

void hkdf_expand(const Context& context, ByteView secret, ByteView info, ByteSpan out) {
  assert(out.size() <= 255 * hash_size);
  Hash block{};
  ByteView previous;  // T(0) is empty
  for (std::byte counter{1}; !out.empty();
       counter = static_cast<std::byte>(std::to_integer<int>(counter) + 1)) {
    block = hmac(context, secret, {previous, info, ByteView(&counter, 1)});
    previous = block;
    const std::size_t size = std::min(out.size(), block.size());
    std::memcpy(out.data(), block.data(), size);
    out = out.subspan(size);
  }
  wipe(block);
}

void expand_label(const Context& context, ByteView secret, std::string_view label, ByteView hash,
                  ByteSpan out) {
  assert(label.size() + label_prefix.size() <= 255 && hash.size() <= 255 && out.size() <= 0xffff);
  InlineVector<std::byte, 2 + 2 * 256> info;
  const auto byte = [&](std::size_t value) { info.push_back(static_cast<std::byte>(value)); };
  const auto append = [&](ByteView bytes) {
    std::ranges::for_each(bytes, [&](std::byte b) { info.push_back(b); });
  };
  byte(out.size() >> 8), byte(out.size());
  byte(label_prefix.size() + label.size());
  append(as_bytes(label_prefix)), append(as_bytes(label));
  byte(hash.size()), append(hash);
  hkdf_expand(context, secret, ByteView(info.begin(), info.size()), out);
}

}  // namespace avocet::crypto
