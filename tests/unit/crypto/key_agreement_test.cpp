#include "protocol/crypto/key_agreement.hpp"

#include <gtest/gtest.h>

namespace avocet::crypto {
namespace {

class KeyAgreementTest : public testing::Test {
 protected:
  KeyAgreement from_hex_key(Group group, std::string_view hex) {
    const Bytes key = from_hex(hex);
    return std::move(*KeyAgreement::from_private(context, group, std::span<const std::byte, 32>(key)));
  }
  bool refuses(const KeyAgreement& own, std::string_view share_hex) {
    return !own.agree(context, from_hex(share_hex)).has_value();
  }
  static std::string hex(ByteView bytes) { return to_hex(bytes); }

  Context context{Entropy::of(1)};
  Random random{Entropy::of(2)};
};

TEST_F(KeyAgreementTest, X25519OfRfc7748Section61) {
  const auto alice =
      from_hex_key(Group::x25519, "77076d0a7318a57d3c16c17251b26645df4c2f87ebc0992ab177fba51db92c2a");
  const auto bob =
      from_hex_key(Group::x25519, "5dab087e624a8a4b79e17f8b83800ee66f3bb1292618b6fd1c2f8b27ff88e0eb");
  EXPECT_EQ(hex(alice.share()), "8520f0098930a754748b7ddcb43ef75a0dbf3a0d26381af4eba4a98eaa9b4e6a");
  EXPECT_EQ(hex(bob.share()), "de9edb7d7b7dc1b4d35b61c2ece435373f8343c85b78674dadfc7e146f882b4f");
  const char* secret = "4a5d9d5ba4ce2de1728e3bf480350f25e07e21c947d19e3376f09b3c1e161742";
  EXPECT_EQ(hex(*alice.agree(context, bob.share())), secret);
  EXPECT_EQ(hex(*bob.agree(context, alice.share())), secret);
}

TEST_F(KeyAgreementTest, P256OfRfc5903Section81) {
  const auto i =
      from_hex_key(Group::secp256r1, "c88f01f510d9ac3f70a292daa2316de544e9aab8afe84049c62a9c57862d1433");
  const auto r =
      from_hex_key(Group::secp256r1, "c6ef9c5d78ae012a011164acb397ce2088685d8f06bf9be0b283ab46476bee53");
  EXPECT_EQ(hex(i.share()),
            "04"
            "dad0b65394221cf9b051e1feca5787d098dfe637fc90b9ef945d0c3772581180"
            "5271a0461cdb8252d61f1c456fa3e59ab1f45b33accf5f58389e0577b8990bb3");
  EXPECT_EQ(hex(r.share()),
            "04"
            "d12dfb5289c8d4f81208b70270398c342296970a0bccb74c736fc7554494bf63"
            "56fbf3ca366cc23e8157854c13c58d6aac23f046ada30f8353e74f33039872ab");
  const char* secret = "d6840f6b42f6edafd13116e0e12565202fef8e9ece7dce03812464d04b9442de";
  EXPECT_EQ(hex(*i.agree(context, r.share())), secret);
  EXPECT_EQ(hex(*r.agree(context, i.share())), secret);
}

// AV-KEY-2
TEST_F(KeyAgreementTest, BothSidesAgreeInBothGroups) {
  for (Group group : {Group::x25519, Group::secp256r1}) {
    for (int i = 0; i < 20; ++i) {
      const auto a = KeyAgreement::make(context, group, random),
                 b = KeyAgreement::make(context, group, random);
      ASSERT_EQ(a.share().size(), share_size(group));
      const auto of_a = a.agree(context, b.share()), of_b = b.agree(context, a.share());
      ASSERT_TRUE(of_a && of_b);
      EXPECT_EQ(*of_a, *of_b);
    }
  }
}

TEST_F(KeyAgreementTest, EqualRandomnessGivesEqualShares) {
  for (Group group : {Group::x25519, Group::secp256r1}) {
    Random once(Entropy::of(3)), again(Entropy::of(3)), other(Entropy::of(4));
    const std::string share = hex(KeyAgreement::make(context, group, once).share());
    EXPECT_EQ(hex(KeyAgreement::make(context, group, again).share()), share);
    EXPECT_NE(hex(KeyAgreement::make(context, group, other).share()), share);
  }
}

// AV-KEY-3
TEST_F(KeyAgreementTest, X25519RefusesPointsOfLowOrder) {
  const auto own = KeyAgreement::make(context, Group::x25519, random);
  // Orders 4, 1 and 8, 8, then p - 1, p and p + 1 (Bernstein, cr.yp.to/ecdh.html "how do I validate").
  EXPECT_TRUE(refuses(own, "0000000000000000000000000000000000000000000000000000000000000000"));
  EXPECT_TRUE(refuses(own, "0100000000000000000000000000000000000000000000000000000000000000"));
  EXPECT_TRUE(refuses(own, "e0eb7a7c3b41b8ae1656e3faf19fc46ada098deb9c32b1fd866205165f49b800"));
  EXPECT_TRUE(refuses(own, "5f9c95bca3508c24b1d0b1559c83ef5b04445cc4581c8e86d8224eddd09f1157"));
  EXPECT_TRUE(refuses(own, "ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f"));
  EXPECT_TRUE(refuses(own, "edffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f"));
  EXPECT_TRUE(refuses(own, "eeffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f"));
}

// AV-KEY-3
TEST_F(KeyAgreementTest, P256TakesOnlyUncompressedPointsOfTheCurve) {
  const auto own = KeyAgreement::make(context, Group::secp256r1, random);
  const std::string x = "dad0b65394221cf9b051e1feca5787d098dfe637fc90b9ef945d0c3772581180";
  const std::string y = "5271a0461cdb8252d61f1c456fa3e59ab1f45b33accf5f58389e0577b8990bb3";  // odd
  EXPECT_FALSE(refuses(own, "04" + x + y));
  EXPECT_TRUE(refuses(own, "03" + x)) << "compressed";
  EXPECT_TRUE(refuses(own, "07" + x + y)) << "hybrid";
  EXPECT_TRUE(refuses(own, "06" + x + y)) << "hybrid of the other sign";
  EXPECT_TRUE(refuses(own, "00")) << "infinity";
  EXPECT_TRUE(refuses(own, "00" + x + y));
  EXPECT_TRUE(refuses(own, "04" + y + x)) << "off the curve";
  EXPECT_TRUE(refuses(own, "04" + std::string(128, '0'))) << "off the curve";
  EXPECT_TRUE(refuses(own, "04" + std::string(128, 'f'))) << "coordinates not below p";
}

TEST_F(KeyAgreementTest, P256RefusesACoordinateThatWraps) {
  // 5 is the x of a point; 5 + p is the same number modulo p and must not pass for it.
  const auto own = KeyAgreement::make(context, Group::secp256r1, random);
  EXPECT_FALSE(refuses(own,
                       "040000000000000000000000000000000000000000000000000000000000000005"
                       "459243b9aa581806fe913bce99817ade11ca503c64d9a3c533415c083248fbcc"));
  EXPECT_TRUE(refuses(own,
                      "04ffffffff00000001000000000000000000000001000000000000000000000004"
                      "459243b9aa581806fe913bce99817ade11ca503c64d9a3c533415c083248fbcc"));
}

// AV-KEY-3
TEST_F(KeyAgreementTest, SharesOfTheWrongSizeAreRefused) {
  for (Group group : {Group::x25519, Group::secp256r1}) {
    const auto own = KeyAgreement::make(context, group, random);
    Bytes share(own.share().begin(), own.share().end());
    EXPECT_TRUE(own.agree(context, share));
    share.push_back(std::byte{0});
    EXPECT_FALSE(own.agree(context, share));
    share.resize(share_size(group) - 1);
    EXPECT_FALSE(own.agree(context, share));
    EXPECT_FALSE(own.agree(context, {}));
  }
}

TEST_F(KeyAgreementTest, P256PrivateKeysMustBeInRange) {
  const auto made = [&](std::string_view hex) {
    const Bytes key = from_hex(hex);
    return KeyAgreement::from_private(context, Group::secp256r1, std::span<const std::byte, 32>(key))
        .has_value();
  };
  EXPECT_FALSE(made("0000000000000000000000000000000000000000000000000000000000000000"));
  EXPECT_TRUE(made("0000000000000000000000000000000000000000000000000000000000000001"));
  EXPECT_TRUE(made("ffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632550"));
  EXPECT_FALSE(made("ffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551"))
      << "the group's order";
}

}  // namespace
}  // namespace avocet::crypto
