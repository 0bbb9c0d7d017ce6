#include "protocol/crypto/seal_key.hpp"

#include <algorithm>

#include "protocol/crypto/aead.hpp"
#include "protocol/crypto/hkdf.hpp"
#include "protocol/wire/ticket.hpp"

namespace avocet::crypto {
namespace {

static_assert(SealKey::overhead == wire::seal_head_size + tag_size);

PacketKey key_for(const Context& context, const Secret<32>& master, std::string_view purpose, ByteView head) {
  const Hash mac = hmac(context, master, {as_bytes(purpose), head});
  return packet_key(context, ScheduleSecret(mac));
}

}  // namespace

SealKey::SealKey(std::uint8_t shard, const Entropy& entropy) : shard_(shard), random_(entropy) {
  random_.fill(master_.bytes());
}

Bytes SealKey::seal(const Context& context, Time now, std::string_view purpose, ByteView contents) {
  wire::SealHead head{.shard = shard_,
                      .period = static_cast<std::uint64_t>(now.time_since_epoch() / rotation)};
  random_.fill(head.id);
  Bytes piece = wire::encode(head);
  piece.insert(piece.end(), contents.begin(), contents.end());
  piece.resize(contents.size() + overhead);
  const ByteSpan body = ByteSpan(piece).subspan(wire::seal_head_size);
  const ByteView clear = ByteView(piece).first(wire::seal_head_size);
  Sealer sealer(context, key_for(context, master_, purpose, clear));
  require(sealer.seal(PacketNumber{0}, clear, body));
  return piece;
}

std::optional<Bytes> SealKey::open(const Context& context, std::string_view purpose, ByteView piece) const {
  if (piece.size() < overhead || shard_of(piece) != shard_) return std::nullopt;
  Bytes body(piece.begin() + wire::seal_head_size, piece.end());
  const ByteView clear = piece.first(wire::seal_head_size);
  Opener opener(context, key_for(context, master_, purpose, clear));
  const auto contents = opener.open(PacketNumber{0}, clear, body);
  if (!contents) return std::nullopt;
  return Bytes(contents->begin(), contents->end());
}

std::optional<std::uint8_t> SealKey::shard_of(ByteView piece) {
  if (piece.size() < overhead) return std::nullopt;
  return std::to_integer<std::uint8_t>(piece[0]);
}

}  // namespace avocet::crypto
