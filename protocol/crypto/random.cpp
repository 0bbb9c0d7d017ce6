#include "protocol/crypto/random.hpp"

#include <algorithm>
#include <bit>
#include <cstdlib>
#include <cstring>

#include "protocol/crypto/secret.hpp"

namespace avocet::crypto {
namespace {

constexpr std::size_t moved_away = static_cast<std::size_t>(-1);

std::uint32_t load_little_endian(const std::byte* p) {
  std::uint32_t v = 0;
  for (int i = 3; i >= 0; --i) v = v << 8 | std::to_integer<std::uint32_t>(p[i]);
  return v;
}

void store_little_endian(std::byte* p, std::uint32_t v) {
  for (int i = 0; i < 4; ++i) p[i] = static_cast<std::byte>(v >> (8 * i));
}

using State = std::array<std::uint32_t, 16>;

void quarter_round(State& s, std::size_t a, std::size_t b, std::size_t c, std::size_t d) {
  s[a] += s[b], s[d] = std::rotl(s[d] ^ s[a], 16);
  s[c] += s[d], s[b] = std::rotl(s[b] ^ s[c], 12);
  s[a] += s[b], s[d] = std::rotl(s[d] ^ s[a], 8);
  s[c] += s[d], s[b] = std::rotl(s[b] ^ s[c], 7);
}

}  // namespace

void chacha20_block(std::span<const std::byte, 32> key, std::uint32_t counter,
                    std::span<const std::byte, 12> nonce, std::span<std::byte, 64> out) {
  State start{0x61707865, 0x3320646e, 0x79622d32, 0x6b206574};  // "expand 32-byte k"
  for (std::size_t i = 0; i < 8; ++i) start[4 + i] = load_little_endian(&key[4 * i]);
  start[12] = counter;
  for (std::size_t i = 0; i < 3; ++i) start[13 + i] = load_little_endian(&nonce[4 * i]);

  State s = start;
  for (int round = 0; round < 20; round += 2) {
    for (std::size_t i = 0; i < 4; ++i) quarter_round(s, i, 4 + i, 8 + i, 12 + i);
    for (std::size_t i = 0; i < 4; ++i)
      quarter_round(s, i, 4 + (i + 1) % 4, 8 + (i + 2) % 4, 12 + (i + 3) % 4);
  }
  for (std::size_t i = 0; i < 16; ++i) store_little_endian(&out[4 * i], s[i] + start[i]);
}

Random::Random(const Entropy& entropy) { std::ranges::copy(entropy.seed, batch_.begin()); }

Random::Random(Random&& other) noexcept : batch_(other.batch_), used_(other.used_) {
  wipe(other.batch_);
  other.used_ = moved_away;
}

Random::~Random() { wipe(batch_); }

void Random::fill(ByteSpan out) {
  if (used_ == moved_away) std::abort();  // its key is all zero by now: never hand that out
  while (!out.empty()) {
    if (used_ == batch_size) refill();
    const auto fresh = ByteSpan(batch_).subspan(used_, std::min(out.size(), batch_size - used_));
    std::memcpy(out.data(), fresh.data(), fresh.size());
    wipe(fresh);
    used_ += fresh.size();
    out = out.subspan(fresh.size());
  }
}

std::uint64_t Random::u64() {
  std::uint64_t v;
  fill(std::as_writable_bytes(std::span(&v, 1)));
  if constexpr (std::endian::native == std::endian::big) v = __builtin_bswap64(v);
  return v;
}

Entropy Random::fork() {
  Entropy child;
  fill(child.seed);
  return child;
}

void Random::refill() {
  const Secret<key_size> key{std::span(batch_).first<key_size>()};
  const std::array<std::byte, 12> nonce{};  // may stay zero: every key serves one batch only
  for (std::size_t i = 0; i < batch_size / 64; ++i) {
    chacha20_block(key.bytes(), static_cast<std::uint32_t>(i), nonce,
                   std::span<std::byte, 64>(batch_.data() + 64 * i, 64));
  }
  used_ = key_size;
}

}  // namespace avocet::crypto
