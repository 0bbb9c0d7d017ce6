#include "protocol/crypto/aead.hpp"

#include <bit>
#include <cstring>
#include <limits>

namespace avocet::crypto {
namespace {

static_assert(tag_size == Gcm::tag_size);

Gcm::Nonce nonce_of(const Secret<12>& iv, PacketNumber number) {
  // AV-PKT-5: as two words, which is several times faster than byte by byte.
  Gcm::Nonce nonce;
  std::uint64_t low = 0;
  std::memcpy(nonce.data(), iv.bytes().data(), 4);
  std::memcpy(&low, iv.bytes().data() + 4, sizeof low);
  low ^= std::endian::native == std::endian::little ? __builtin_bswap64(number.value) : number.value;
  std::memcpy(nonce.data() + 4, &low, sizeof low);
  return nonce;
}

}  // namespace

Sealer::Sealer(const Context& context, const PacketKey& key, std::uint64_t limit)
    : gcm_(context, key.key, Gcm::Direction::sealing), iv_(key.iv), limit_(limit) {}

bool Sealer::seal(PacketNumber number, ByteView header, ByteSpan body) noexcept {
  if (number < next_ || number.value == std::numeric_limits<std::uint64_t>::max()) return false;  // AV-PKT-6
  if (sealed_ >= limit_ || body.size() < tag_size) return false;                                  // AV-KEY-6
  next_ = number + 1;
  ++sealed_;
  gcm_.seal(nonce_of(iv_, number), header, body.first(body.size() - tag_size), body.last<tag_size>());
  return true;
}

Opener::Opener(const Context& context, const PacketKey& key)
    : gcm_(context, key.key, Gcm::Direction::opening), iv_(key.iv) {}

std::optional<ByteSpan> Opener::open(PacketNumber number, ByteView header, ByteSpan body) noexcept {
  if (body.size() < tag_size) return std::nullopt;
  const ByteSpan text = body.first(body.size() - tag_size);
  if (gcm_.open(nonce_of(iv_, number), header, text, body.last<tag_size>())) return text;
  wipe(text);
  return std::nullopt;
}

}  // namespace avocet::crypto
