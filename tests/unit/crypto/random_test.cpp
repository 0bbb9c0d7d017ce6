#include "protocol/crypto/random.hpp"

#include <gtest/gtest.h>

#include <set>

namespace avocet::crypto {
namespace {

Bytes draw(Random& random, std::size_t size) {
  Bytes out(size);
  random.fill(out);
  return out;
}

TEST(Random, UsesTheBlockFunctionOfRfc8439Section232) {
  std::array<std::byte, 32> key;
  for (std::size_t i = 0; i < key.size(); ++i) key[i] = static_cast<std::byte>(i);
  const Bytes nonce = from_hex("000000090000004a00000000");
  std::array<std::byte, 64> block;
  chacha20_block(key, 1, std::span<const std::byte, 12>(nonce), block);
  EXPECT_EQ(to_hex(block),
            "10f1e7e4d13b5915500fdd1fa32071c4c7d1f4c733c068030422aa9ac3d46c4e"
            "d2826446079faa0914c2d705d98b02a2b5129cd1de164eb9cbd083e8a2503c4e");
}

TEST(Random, EqualEntropyGivesEqualBytesHoweverTheyAreAskedFor) {
  Random at_once(Entropy::of(1)), in_pieces(Entropy::of(1));
  const Bytes expected = draw(at_once, 5000);
  Bytes pieces;
  for (std::size_t size = 0; pieces.size() < expected.size(); ++size) {
    const Bytes piece = draw(in_pieces, std::min(size, expected.size() - pieces.size()));
    pieces.insert(pieces.end(), piece.begin(), piece.end());
  }
  EXPECT_EQ(pieces, expected);
}

TEST(Random, OtherEntropyGivesOtherBytes) {
  Random a(Entropy::of(1)), b(Entropy::of(2));
  EXPECT_NE(draw(a, 32), draw(b, 32));
}

TEST(Random, NeverRepeatsAcrossBatches) {
  Random random(Entropy::of(3));
  std::set<std::uint64_t> seen;
  for (int i = 0; i < 10'000; ++i) EXPECT_TRUE(seen.insert(random.u64()).second);
}

TEST(Random, SpreadsItsBitsEvenly) {
  Random random(Entropy::of(4));
  int ones = 0;
  for (int i = 0; i < 10'000; ++i) ones += std::popcount(random.u64());
  EXPECT_NEAR(ones, 320'000, 2'000);  // five standard deviations of sqrt(640000) / 2 = 400
}

TEST(Random, AForkIsIndependentOfItsParentAndOfItsSiblings) {
  Random parent(Entropy::of(5));
  Random first(parent.fork()), second(parent.fork());
  const Bytes a = draw(first, 64), b = draw(second, 64), c = draw(parent, 64);
  EXPECT_NE(a, b);
  EXPECT_NE(a, c);
  EXPECT_NE(b, c);
}

TEST(Random, MovingTakesTheStreamAlong) {
  Random stays(Entropy::of(6)), leaves(Entropy::of(6));
  (void)stays.u64(), (void)leaves.u64();
  Random arrived(std::move(leaves));
  EXPECT_EQ(arrived.u64(), stays.u64());
  EXPECT_DEATH((void)leaves.u64(), "");
}

}  // namespace
}  // namespace avocet::crypto
