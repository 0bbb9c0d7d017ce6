#include "sim/link/random.hpp"

#include <bit>

namespace avocet::link {

namespace {

constexpr std::uint64_t golden_step = 0x9e3779b97f4a7c15;

std::uint64_t split_mix(std::uint64_t& state) {
  std::uint64_t z = state += golden_step;
  z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9;
  z = (z ^ (z >> 27)) * 0x94d049bb133111eb;
  return z ^ (z >> 31);
}

}  // namespace

Random::Random(std::uint64_t seed, std::uint64_t stream) {
  std::uint64_t mixed = stream;
  std::uint64_t state = seed ^ split_mix(mixed);
  for (std::uint64_t& word : state_) word = split_mix(state);
}

std::uint64_t Random::next() {
  auto& s = state_;
  const std::uint64_t result = std::rotl(s[0] + s[3], 23) + s[0];
  const std::uint64_t shifted = s[1] << 17;
  s[2] ^= s[0];
  s[3] ^= s[1];
  s[1] ^= s[2];
  s[0] ^= s[3];
  s[2] ^= shifted;
  s[3] = std::rotl(s[3], 45);
  return result;
}

double Random::uniform() { return static_cast<double>(next() >> 11) * 0x1p-53; }

std::uint64_t Random::below(std::uint64_t bound) {
  // The largest multiple of `bound` that fits; draws beyond it would favour the small results.
  const std::uint64_t excess = (UINT64_MAX % bound + 1) % bound;
  for (;;) {
    const std::uint64_t drawn = next();
    if (drawn <= UINT64_MAX - excess) return drawn % bound;
  }
}

bool Random::chance(double probability) {
  if (probability <= 0) return false;
  return probability >= 1 || uniform() < probability;
}

double Random::gaussian() {
  // Twelve uniform draws have variance 12/12 = 1, and by the central limit theorem nearly a Gaussian's shape;
  // the usual formulas need log and cos, whose last bits differ from one C library to the next.
  for (;;) {
    double sum = -6;
    for (int i = 0; i < 12; ++i) sum += uniform();
    if (sum >= -3 && sum <= 3) return sum;
  }
}

}  // namespace avocet::link
