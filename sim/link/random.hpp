#pragma once

#include <array>
#include <cstdint>

namespace avocet::link {

/// A small seeded generator (xoshiro256++, Blackman and Vigna 2019; state filled by SplitMix64). Every draw
/// is integer arithmetic, or additions of doubles only, so that a seed gives the same numbers on every
/// machine; the distributions of <random> promise no such thing.
class Random {
 public:
  /// `stream` separates generators of one seed: switching jitter on does not change which datagrams are lost.
  explicit Random(std::uint64_t seed, std::uint64_t stream = 0);

  std::uint64_t next();
  /// Uniform in [0, 1).
  double uniform();
  /// Uniform in 0 .. bound - 1; `bound` > 0.
  std::uint64_t below(std::uint64_t bound);
  /// True with `probability`; draws nothing for 0 and 1, which are certain.
  bool chance(double probability);
  /// Mean 0, standard deviation 1, cut off at 3 on both sides.
  double gaussian();

 private:
  std::array<std::uint64_t, 4> state_;
};

}  // namespace avocet::link
