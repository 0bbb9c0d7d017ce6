#include "protocol/crypto/aead.hpp"

#include <gtest/gtest.h>
#include <rapidcheck.h>
#include <rapidcheck/gtest.h>

namespace avocet::crypto {
namespace {

PacketKey key_of(std::string_view key_hex, std::string_view iv_hex) {
  const Bytes key = from_hex(key_hex), iv = from_hex(iv_hex);
  return {Secret<32>(std::span<const std::byte, 32>(key)), Secret<12>(std::span<const std::byte, 12>(iv))};
}

PacketKey any_key() {
  return key_of("000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f",
                "a0a1a2a3a4a5a6a7a8a9aaab");
}

Bytes with_room(ByteView text) {
  Bytes body(text.begin(), text.end());
  body.resize(body.size() + tag_size);
  return body;
}

/// By all that can seal: they must give the same bytes.
class AeadTest : public testing::TestWithParam<Ciphers> {
 protected:
  std::string sealed(const PacketKey& key, PacketNumber number, ByteView head, std::string_view text_hex) {
    Bytes body = with_room(from_hex(text_hex));
    Sealer sealer(context, key);
    EXPECT_TRUE(sealer.seal(number, head, body));
    return to_hex(body);
  }

  Context context{Entropy::of(1), GetParam()};
  const Bytes header = from_hex("2800112233445566770000002a");
};

INSTANTIATE_TEST_SUITE_P(Ciphers, AeadTest, testing::Values(Ciphers::fastest, Ciphers::libcrypto),
                         [](const auto& tested) {
                           return tested.param == Ciphers::libcrypto ? "libcrypto" : "fastest";
                         });

// Test cases 13, 14 and 16 of McGrew and Viega, "The Galois/Counter Mode of Operation", submitted to NIST.
TEST_P(AeadTest, VectorsOfTheGcmSpecification) {
  const PacketKey zero = key_of(std::string(64, '0'), std::string(24, '0'));
  EXPECT_EQ(sealed(zero, {0}, {}, ""), "530f8afbc74536b9a963b4f1c4cb738b");
  EXPECT_EQ(sealed(zero, {0}, {}, std::string(32, '0')),
            "cea7403d4d606b6e074ec5d3baf39d18"
            "d0d1c8a799996bf0265b98b5d48ab919");
  const PacketKey feffe =
      key_of("feffe9928665731c6d6a8f9467308308feffe9928665731c6d6a8f9467308308", "cafebabefacedbaddecaf888");
  EXPECT_EQ(sealed(feffe, {0}, from_hex("feedfacedeadbeeffeedfacedeadbeefabaddad2"),
                   "d9313225f88406e5a55909c5aff5269a86a7a9531534f7da2e4c303d8a318a72"
                   "1c3c0c95956809532fcf0e2449a6b525b16aedf5aa0de657ba637b39"),
            "522dc1f099567d07f47f37a32a84427d643a8cdcbfe5c0c97598a2bd2555d1aa"
            "8cb08e48590dbb3da7b08b1056828838c5f61e6393ba7a0abcc9f662"
            "76fc6ece0f4e1768cddf8853bb2d551b");
}

// AV-PKT-5
TEST_P(AeadTest, TheNonceIsTheIvXorThePacketNumber) {
  const char* key = "000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f";
  EXPECT_EQ(sealed(key_of(key, "a0a1a2a3a4a5a6a7a8a9aaab"), {0x0102030405060708}, header, "c0ffee"),
            sealed(key_of(key, "a0a1a2a3a5a7a5a3adafada3"), {0}, header, "c0ffee"));
}

// AV-PKT-4
TEST_P(AeadTest, WhatIsSealedOpens) {
  Sealer sealer(context, any_key());
  Opener opener(context, any_key());
  for (std::uint64_t number = 0; number < 100; ++number) {
    const Bytes text(number * 13, static_cast<std::byte>(number));
    Bytes body = with_room(text);
    ASSERT_TRUE(sealer.seal({number}, header, body));
    EXPECT_TRUE(text.empty() || !std::equal(text.begin(), text.end(), body.begin()));
    const auto opened = opener.open({number}, header, body);
    ASSERT_TRUE(opened);
    EXPECT_TRUE(std::ranges::equal(*opened, text));
    EXPECT_EQ(opened->data(), body.data()) << "opens in place";
  }
  EXPECT_EQ(sealer.sealed(), 100u);
}

TEST_P(AeadTest, PacketsOpenInAnyOrderAndAfterForgeries) {
  Sealer sealer(context, any_key());
  Opener opener(context, any_key());
  std::vector<Bytes> bodies;
  for (std::uint64_t number = 0; number < 5; ++number) {
    bodies.push_back(with_room(as_bytes("frames")));
    ASSERT_TRUE(sealer.seal({number}, header, bodies.back()));
  }
  for (std::size_t number : {4u, 0u, 3u, 1u, 2u}) {
    Bytes forged = bodies[number];
    forged.back() ^= std::byte{1};
    EXPECT_FALSE(opener.open({number}, header, forged));
    const auto opened = opener.open({number}, header, bodies[number]);
    ASSERT_TRUE(opened);
    EXPECT_EQ(as_text(*opened), "frames");
  }
}

// AV-PKT-11
RC_GTEST_PROP(AeadProperty, EveryFlippedBitIsNoticed, ()) {
  Context context(Entropy::of(1), *rc::gen::element(Ciphers::fastest, Ciphers::libcrypto));
  Sealer sealer(context, any_key());
  Opener opener(context, any_key());
  const auto text = *rc::gen::container<std::vector<std::uint8_t>>(rc::gen::arbitrary<std::uint8_t>());
  const PacketNumber number{*rc::gen::inRange<std::uint64_t>(0, 1ull << 62)};
  Bytes header = from_hex("2800112233445566770000002a"), body = with_room(std::as_bytes(std::span(text)));
  RC_ASSERT(sealer.seal(number, header, body));

  const std::size_t bit = *rc::gen::inRange<std::size_t>(0, 8 * (header.size() + body.size() + 8));
  PacketNumber seen = number;
  if (bit < 64) {
    seen.value ^= 1ull << bit;
  } else {
    const std::size_t at = bit / 8 - 8;
    std::byte& target = at < header.size() ? header[at] : body[at - header.size()];
    target ^= static_cast<std::byte>(1 << bit % 8);
  }
  RC_ASSERT(!opener.open(seen, header, body));
}

/// Sizes around every block and batch of blocks that an implementation may treat apart.
TEST(Ciphers, AllSealAlike) {
  Context fastest(Entropy::of(1)), libcrypto(Entropy::of(1), Ciphers::libcrypto);
  Sealer one(fastest, any_key()), other(libcrypto, any_key());
  const Bytes header = from_hex("2800112233445566770000002a");
  Opener opener(libcrypto, any_key());
  for (std::size_t size = 0; size < 1500; ++size) {
    Bytes a = with_room(Bytes(size, static_cast<std::byte>(size))), b = a;
    const ByteView head = ByteView(header).first(size % (header.size() + 1));
    ASSERT_TRUE(one.seal({size}, head, a) && other.seal({size}, head, b));
    ASSERT_EQ(a, b) << size << " bytes";
    ASSERT_TRUE(opener.open({size}, head, a));
  }
}

TEST_P(AeadTest, AFailureLeavesNoPlainText) {
  Sealer sealer(context, any_key());
  Bytes body = with_room(as_bytes("a secret text"));
  ASSERT_TRUE(sealer.seal({7}, header, body));
  body.back() ^= std::byte{1};
  EXPECT_FALSE(Opener(context, any_key()).open({7}, header, body));
  EXPECT_EQ(to_hex(ByteView(body).first(13)), std::string(26, '0'));
}

// AV-PKT-4
TEST_P(AeadTest, ShorterTagsAreNotTaken) {
  // GCM's tags are prefixes of one another, and OpenSSL would accept 4 bytes.
  Bytes body = with_room({});
  Sealer sealer(context, any_key());
  ASSERT_TRUE(sealer.seal({0}, header, body));
  Opener opener(context, any_key());
  for (std::size_t size = 0; size < tag_size; ++size) {
    Bytes cut(body.begin(), body.begin() + static_cast<std::ptrdiff_t>(size));
    EXPECT_FALSE(opener.open({0}, header, cut));
  }
  EXPECT_TRUE(opener.open({0}, header, body));
}

TEST_P(AeadTest, AnotherKeyOrIvDoesNotOpen) {
  Bytes body = with_room(as_bytes("text")), again = body;
  ASSERT_TRUE(Sealer(context, any_key()).seal({0}, header, body));
  PacketKey other = any_key();
  other.key.bytes()[31] ^= std::byte{1};
  again = body;
  EXPECT_FALSE(Opener(context, other).open({0}, header, again));
  other = any_key();
  other.iv.bytes()[0] ^= std::byte{1};
  again = body;
  EXPECT_FALSE(Opener(context, other).open({0}, header, again));
}

// AV-PKT-6
TEST_P(AeadTest, ANumberIsNeverSealedTwice) {
  Sealer sealer(context, any_key());
  Bytes body = with_room(as_bytes("text"));
  EXPECT_TRUE(sealer.seal({5}, header, body));
  Bytes untouched = with_room(as_bytes("text"));
  const Bytes before = untouched;
  EXPECT_FALSE(sealer.seal({5}, header, untouched));
  EXPECT_FALSE(sealer.seal({4}, header, untouched));
  EXPECT_EQ(untouched, before);
  EXPECT_TRUE(sealer.seal({6}, header, body));
  EXPECT_FALSE(sealer.seal({~0ull}, header, body)) << "there is no number after it";
  EXPECT_EQ(sealer.sealed(), 2u);
}

// AV-KEY-6
TEST_P(AeadTest, AKeyHasAHardLimit) {
  Sealer sealer(context, any_key());
  std::array<std::byte, tag_size> body;
  for (std::uint64_t number = 0; number < key_update_packets; ++number) {
    ASSERT_TRUE(sealer.seal({number}, {}, body));
  }
  for (std::uint64_t number = key_update_packets; number < key_hard_limit_packets; ++number) {
    ASSERT_TRUE(sealer.seal({number}, {}, body));
  }
  EXPECT_FALSE(sealer.seal({key_hard_limit_packets}, {}, body));
}

}  // namespace
}  // namespace avocet::crypto
