#pragma once

#include <array>
#include <cstddef>
#include <cstdint>

#include "protocol/base/bytes.hpp"
#include "protocol/base/entropy.hpp"

namespace avocet::crypto {

/// Stretches 256 bits of Entropy into as many bytes as are asked for. Equal entropy gives equal bytes.
///
/// ChaCha20 (RFC 8439 section 2.3) with fast key erasure (Bernstein, "Fast-key-erasure random-number
/// generators", 2017): the first 32 bytes of every batch become the next key and what was handed out is
/// wiped, so that whoever reads the memory later cannot compute earlier bytes, and past ephemeral keys stay
/// secret.
///
/// One owner, one thread. It cannot be copied, because two copies would hand out the same bytes.
class Random {
 public:
  explicit Random(const Entropy& entropy);
  Random(Random&& other) noexcept;
  Random& operator=(Random&&) = delete;
  ~Random();

  void fill(ByteSpan out);
  std::uint64_t u64();
  /// Entropy for a child whose bytes are independent of the parent's later ones.
  Entropy fork();

 private:
  static constexpr std::size_t key_size = 32, batch_size = 512;

  void refill();

  std::array<std::byte, batch_size> batch_{};  // the next key | bytes not yet handed out
  std::size_t used_ = batch_size;
};

/// The ChaCha20 block function of RFC 8439 section 2.3, for Random and its vectors.
void chacha20_block(std::span<const std::byte, 32> key, std::uint32_t counter,
                    std::span<const std::byte, 12> nonce, std::span<std::byte, 64> out);

}  // namespace avocet::crypto
