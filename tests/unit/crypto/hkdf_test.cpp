#include "protocol/crypto/hkdf.hpp"

#include <gtest/gtest.h>

namespace avocet::crypto {
namespace {

// RFC 5869 has vectors for SHA-256 and SHA-1 only. These have its inputs; the values were computed by
// Python's hmac and hashlib, and those of case 1 also by `openssl kdf`.

class HkdfTest : public testing::Test {
 protected:
  std::string expanded(ByteView secret, ByteView info, std::size_t size) const {
    Bytes out(size);
    hkdf_expand(context, secret, info, out);
    return to_hex(out);
  }
  static Bytes counting(int from, int to) {
    Bytes out;
    for (int i = from; i < to; ++i) out.push_back(static_cast<std::byte>(i));
    return out;
  }

  Context context{Entropy::of(1)};
  const Bytes input = Bytes(22, std::byte{0x0b});
};

TEST_F(HkdfTest, InputsOfRfc5869AppendixA1) {
  const auto secret = hkdf_extract(context, counting(0, 13), input);
  EXPECT_EQ(to_hex(ByteView(secret)),
            "704b39990779ce1dc548052c7dc39f303570dd13fb39f7acc564680bef80e8de"
            "c70ee9a7e1f3e293ef68eceb072a5ade");
  EXPECT_EQ(expanded(secret, counting(0xf0, 0xfa), 42),
            "9b5097a86038b805309076a44b3a9f38063e25b516dcbf369f394cfab43685f748b6457763e4f0204fc5");
}

TEST_F(HkdfTest, InputsOfRfc5869AppendixA2NeedTwoBlocks) {
  const auto secret = hkdf_extract(context, counting(0x60, 0xb0), counting(0x00, 0x50));
  EXPECT_EQ(expanded(secret, counting(0xb0, 0x100), 82),
            "484ca052b8cc724fd1c4ec64d57b4e818c7e25a8e0f4569ed72a6a05fe0649eebf69f8d5c832856bf4e4"
            "fbc17967d54975324a94987f7f41835817d8994fdbd6f4c09c5500dca24a56222fea53d8967a8b2e");
}

TEST_F(HkdfTest, InputsOfRfc5869AppendixA3WithoutSaltOrInfo) {
  const auto secret = hkdf_extract(context, Hash{}, input);
  EXPECT_EQ(to_hex(ByteView(secret)),
            "10e40cf072a4c5626e43dd22c1cf727d4bb140975c9ad0cbc8e45b40068f8f0b"
            "a57cdb598af9dfa6963a96899af047e5");
  EXPECT_EQ(expanded(secret, {}, 42),
            "c8c96e710f89b0d7990bca68bcdec8cf854062e54c73a7abc743fade9b242daacc1cea5670415b52849c");
}

TEST_F(HkdfTest, AShorterOutputIsAPrefixOfALonger) {
  EXPECT_EQ(expanded(input, {}, 10), expanded(input, {}, 100).substr(0, 20));
}

// AV-KEY-1
TEST_F(HkdfTest, LabelsAreLaidOutAsInRfc8446WithOurPrefix) {
  std::array<std::byte, 32> key;
  expand_label(context, counting(0, 48), "key", {}, key);
  EXPECT_EQ(to_hex(key), "8cb2d111a208c2b8a7d84823c3b99bc3edde890448bdc809fb6a2b542bd8a5e7");
  const Bytes info = from_hex("0020 0b 61766f6365743120 6b6579 00");  // 32 | 11, "avocet1 key" | 0
  EXPECT_EQ(to_hex(key), expanded(counting(0, 48), info, 32));

  Hash secret;
  expand_label(context, counting(0, 48), "c hs traffic", sha384(context, {as_bytes("abc")}), secret);
  EXPECT_EQ(to_hex(secret),
            "be0c1e55ac82cf789d47967be104c55c172740008b0003a73dde7d3e3a1054ba"
            "75aebe6fdcc6168e68baeb52946d97f2");
}

}  // namespace
}  // namespace avocet::crypto
