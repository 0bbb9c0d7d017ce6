#include "protocol/crypto/seal_key.hpp"

#include <gtest/gtest.h>

namespace avocet::crypto {
namespace {

constexpr Time now{std::chrono::hours(5)};
const ByteView contents = as_bytes("what only its owner reads");

struct SealKeyTest : testing::Test {
  Bytes seal(std::string_view purpose = "ticket") { return key.seal(context, now, purpose, contents); }

  Context context{Entropy::of(1)};
  SealKey key{7, Entropy::of(2)};
};

TEST_F(SealKeyTest, OpensWhatItSealed) {
  const Bytes piece = seal();
  EXPECT_EQ(piece.size(), contents.size() + SealKey::overhead);
  EXPECT_EQ(SealKey::shard_of(piece), 7);
  EXPECT_EQ(key.open(context, "ticket", piece), Bytes(contents.begin(), contents.end()));
  const Bytes nothing = key.seal(context, now, "ticket", {});
  EXPECT_EQ(key.open(context, "ticket", nothing), Bytes());
}

TEST_F(SealKeyTest, SealsNothingTwiceTheSame) { EXPECT_NE(seal(), seal()); }

TEST_F(SealKeyTest, ShowsNothingOfTheContents) {
  const Bytes piece = seal();
  EXPECT_EQ(as_text(piece).find("owner"), std::string_view::npos);
}

TEST_F(SealKeyTest, RefusesEveryChangedBit) {
  const Bytes piece = seal();
  for (std::size_t at = 0; at < piece.size(); ++at) {
    Bytes changed = piece;
    changed[at] ^= std::byte{0x10};
    EXPECT_FALSE(key.open(context, "ticket", changed)) << at;
  }
}

TEST_F(SealKeyTest, RefusesEveryLength) {
  const Bytes piece = seal();
  for (std::size_t size = 0; size < piece.size(); ++size) {
    EXPECT_FALSE(key.open(context, "ticket", ByteView(piece).first(size))) << size;
  }
  Bytes longer = piece;
  longer.push_back(std::byte{0});
  EXPECT_FALSE(key.open(context, "ticket", longer));
  EXPECT_FALSE(SealKey::shard_of(ByteView(piece).first(SealKey::overhead - 1)));
}

TEST_F(SealKeyTest, KeepsPurposesShardsAndOwnersApart) {
  const Bytes piece = seal();
  EXPECT_FALSE(key.open(context, "token", piece));
  EXPECT_FALSE(SealKey(8, Entropy::of(2)).open(context, "ticket", piece));
  EXPECT_FALSE(SealKey(7, Entropy::of(3)).open(context, "ticket", piece));
}

}  // namespace
}  // namespace avocet::crypto
