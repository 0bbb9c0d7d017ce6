#include "protocol/crypto/hash.hpp"

#include <gtest/gtest.h>

namespace avocet::crypto {
namespace {

class HashTest : public testing::Test {
 protected:
  Context context{Entropy::of(1)};
};

// FIPS 180-4's example, published by NIST with the standard.
constexpr const char* sha384_of_abc =
    "cb00753f45a35e8bb5a03d699ac65007272c32ab0eded1631a8b605a43ff5bed8086072ba1e7cc2358baeca134c825a7";

TEST_F(HashTest, Sha384OfPartsIsThatOfTheWhole) {
  EXPECT_EQ(to_hex(sha384(context, {as_bytes("abc")})), sha384_of_abc);
  EXPECT_EQ(to_hex(sha384(context, {as_bytes("a"), {}, as_bytes("bc")})), sha384_of_abc);
}

TEST_F(HashTest, Sha256OfAbc) {
  EXPECT_EQ(to_hex(sha256(context, as_bytes("abc"))),
            "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
}

TEST_F(HashTest, HmacAgreesWithRfc4231) {
  EXPECT_EQ(to_hex(hmac(context, Bytes(20, std::byte{0x0b}), {as_bytes("Hi There")})),  // section 4.2
            "afd03944d84895626b0825f4ab46907f15f9dadbe4101ec682aa034c7cebc59c"
            "faea9ea9076ede7f4af152e8b2fa9cb6");
  EXPECT_EQ(to_hex(hmac(context, as_bytes("Jefe"),
                        {as_bytes("what do ya want "), as_bytes("for nothing?")})),  // 4.3
            "af45d2e376484031617f78d2b58a6b1b9c7ef464f5a01b47e42ec3736322445e"
            "8e2240ca5e69e2c78b3239ecfab21649");
}

TEST_F(HashTest, HmacForgetsThePreviousKey) {
  const Hash before = hmac(context, as_bytes("one"), {as_bytes("text")});
  (void)hmac(context, as_bytes("two"), {as_bytes("text")});
  EXPECT_EQ(hmac(context, as_bytes("one"), {as_bytes("text")}), before);
}

TEST_F(HashTest, ATranscriptMayBeReadAndContinued) {
  Transcript transcript(context);
  transcript.add(as_bytes("ab"));
  EXPECT_EQ(transcript.hash(), sha384(context, {as_bytes("ab")}));
  EXPECT_EQ(transcript.hash(), transcript.hash());
  transcript.add(as_bytes("c"));
  EXPECT_EQ(to_hex(transcript.hash()), sha384_of_abc);
}

TEST_F(HashTest, ACopiedTranscriptGoesItsOwnWay) {
  Transcript trunk(context);
  trunk.add(as_bytes("ab"));
  Transcript branch = trunk;
  branch.add(as_bytes("x"));
  trunk.add(as_bytes("c"));
  EXPECT_EQ(to_hex(trunk.hash()), sha384_of_abc);
  EXPECT_EQ(branch.hash(), sha384(context, {as_bytes("abx")}));
  branch = trunk;
  EXPECT_EQ(branch.hash(), trunk.hash());
}

// AV-HS-28
TEST_F(HashTest, SignedContentHasTheShapeOfRfc8446Section443) {
  const Hash hash = sha384(context, {as_bytes("abc")});
  const std::string content = to_hex(signed_content("Avocet", hash));
  const std::string eight_spaces = "2020202020202020";
  for (std::size_t i = 0; i < 8; ++i) EXPECT_EQ(content.substr(16 * i, 16), eight_spaces);
  EXPECT_EQ(content.substr(128), std::string("41766f63657400") + sha384_of_abc);
}

}  // namespace
}  // namespace avocet::crypto
