#pragma once

#include <array>
#include <cstddef>

namespace avocet {

/// All the randomness that a session, listener or simulation will ever use: 256 bits that the driver draws
/// once and the core stretches (crypto::Random). Equal entropy and equal input give equal bytes.
struct Entropy {
  std::array<std::byte, 32> seed{};

  /// For tests and simulations: a seed that a person can type.
  static constexpr Entropy of(unsigned long long number) {
    Entropy e;
    for (std::size_t i = 0; i < 8; ++i) e.seed[i] = static_cast<std::byte>(number >> (8 * i));
    return e;
  }
};

}  // namespace avocet
