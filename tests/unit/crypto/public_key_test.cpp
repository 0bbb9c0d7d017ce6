#include "protocol/crypto/public_key.hpp"

#include <gtest/gtest.h>
#include <openssl/evp.h>
#include <openssl/rsa.h>

#include "protocol/crypto/identity.hpp"

namespace avocet::crypto {
namespace {

Bytes operator+(Bytes a, const Bytes& b) {
  a.insert(a.end(), b.begin(), b.end());
  return a;
}

/// One element of DER: tag, length, contents.
Bytes der(unsigned char tag, const Bytes& contents) {
  Bytes out{static_cast<std::byte>(tag)};
  const std::size_t size = contents.size();
  if (size >= 0x100) {
    out = out + Bytes{std::byte{0x82}, static_cast<std::byte>(size >> 8)};
  } else if (size >= 0x80) {
    out = out + Bytes{std::byte{0x81}};
  }
  return out + Bytes{static_cast<std::byte>(size)} + contents;
}

Bytes rsa_spki(const Bytes& modulus, const Bytes& exponent) {
  const Bytes numbers = der(0x30, der(0x02, modulus) + der(0x02, exponent));
  return der(0x30,
             der(0x30, from_hex("06092a864886f70d010101 0500")) + der(0x03, Bytes{std::byte{0}} + numbers));
}

/// An odd number of `bits` bits as DER spells it (with a zero before a set top bit).
Bytes modulus_of(std::size_t bits) {
  Bytes out((bits + 7) / 8, std::byte{0xa5});
  out[0] = static_cast<std::byte>(1 << (bits - 1) % 8);
  return bits % 8 == 0 ? Bytes{std::byte{0}} + out : out;
}

const Bytes e65537 = from_hex("010001");

Bytes ed25519_spki(std::string_view point_hex) {
  return from_hex("302a300506032b6570032100") + from_hex(point_hex);
}

class PublicKeyTest : public testing::Test {
 protected:
  bool takes(const Bytes& spki) { return PublicKey::from_der(context, spki).has_value(); }

  Context context{Entropy::of(1)};
};

TEST_F(PublicKeyTest, VerifiesTheSignaturesOfRfc8032Section71) {
  const auto verifies = [&](std::string_view key, std::string_view message, std::string_view signature) {
    return PublicKey::from_der(context, ed25519_spki(key))
        ->verify(context, from_hex(message), from_hex(signature));
  };
  EXPECT_TRUE(verifies("d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a", "",
                       "e5564300c360ac729086e2cc806e828a84877f1eb8e5d974d873e06522490155"
                       "5fb8821590a33bacc61e39701cf9b46bd25bf5f0595bbe24655141438e7a100b"));
  EXPECT_TRUE(verifies("fc51cd8e6218a1a38da47ed00230f0580816ed13ba3303ac5deb911548908025", "af82",
                       "6291d657deec24024827e69c3abe01a30ce548a284743a445e3680d7db5ac3ac"
                       "18ff9b538d16f290ae67f760984dc6594a7c15e9716ed28dc027beceea1ec40a"));
  EXPECT_FALSE(verifies("fc51cd8e6218a1a38da47ed00230f0580816ed13ba3303ac5deb911548908025", "af83",
                        "6291d657deec24024827e69c3abe01a30ce548a284743a445e3680d7db5ac3ac"
                        "18ff9b538d16f290ae67f760984dc6594a7c15e9716ed28dc027beceea1ec40a"));
}

TEST_F(PublicKeyTest, Ed25519SignaturesAreNotMalleable) {
  // The second signature above with the group's order added to its second half (RFC 8032 section 8.4).
  const auto key = PublicKey::from_der(
      context, ed25519_spki("fc51cd8e6218a1a38da47ed00230f0580816ed13ba3303ac5deb911548908025"));
  EXPECT_FALSE(key->verify(context, from_hex("af82"),
                           from_hex("6291d657deec24024827e69c3abe01a30ce548a284743a445e3680d7db5ac3ac"
                                    "05d391b0a77904e98404ef037747a56e4a7c15e9716ed28dc027beceea1ec41a")));
}

// AV-TRU-2
TEST_F(PublicKeyTest, RefusesEd25519PointsOfSmallOrder) {
  for (const char* y : {
           "0000000000000000000000000000000000000000000000000000000000000000",
           "0100000000000000000000000000000000000000000000000000000000000000",
           "26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05",
           "c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a",
           "ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
       }) {
    Bytes spki = ed25519_spki(y);
    EXPECT_FALSE(takes(spki)) << y;
    spki.back() |= std::byte{0x80};
    EXPECT_FALSE(takes(spki)) << y << " with the other sign of x";
  }
}

TEST_F(PublicKeyTest, OpenSslItselfWouldTakeTheIdentityPoint) {
  // The trap that the test above closes: with the point (0, 1) as the key and as R, and S = 0, anything
  // verifies.
  const Bytes point = from_hex("0100000000000000000000000000000000000000000000000000000000000000");
  const Bytes signature = point + Bytes(32);
  const Handle<evp_pkey_st> key(
      EVP_PKEY_new_raw_public_key_ex(context.library(), "ED25519", nullptr,
                                     reinterpret_cast<const unsigned char*>(point.data()), point.size()));
  const Handle<evp_md_ctx_st> verifier(EVP_MD_CTX_new());
  ASSERT_EQ(EVP_DigestVerifyInit_ex(verifier.get(), nullptr, nullptr, context.library(), nullptr, key.get(),
                                    nullptr),
            1);
  EXPECT_EQ(EVP_DigestVerify(verifier.get(), reinterpret_cast<const unsigned char*>(signature.data()),
                             signature.size(), reinterpret_cast<const unsigned char*>("anything"), 8),
            1);
}

// AV-TRU-2
TEST_F(PublicKeyTest, RefusesEd25519PointsThatAreNotCanonical) {
  EXPECT_FALSE(takes(ed25519_spki("edffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f")))
      << "0 + p";
  EXPECT_FALSE(takes(ed25519_spki("eeffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f")))
      << "1 + p";
  EXPECT_FALSE(takes(ed25519_spki("f0ffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff")))
      << "3 + p";
}

// AV-TRU-1
TEST_F(PublicKeyTest, RsaModuliHave2048To4096Bits) {
  EXPECT_TRUE(takes(rsa_spki(modulus_of(2048), e65537)));
  EXPECT_TRUE(takes(rsa_spki(modulus_of(3072), e65537)));
  EXPECT_TRUE(takes(rsa_spki(modulus_of(4096), e65537)));
  EXPECT_FALSE(takes(rsa_spki(modulus_of(1024), e65537)));
  EXPECT_FALSE(takes(rsa_spki(modulus_of(2047), e65537)));
  EXPECT_FALSE(takes(rsa_spki(modulus_of(4097), e65537)));
  EXPECT_FALSE(takes(rsa_spki(modulus_of(16'384), e65537)));
  EXPECT_FALSE(takes(rsa_spki(modulus_of(400'000), e65537)));
}

// AV-TRU-1, AV-TRU-2
TEST_F(PublicKeyTest, RsaModuliAreOddAndExponentsAre65537) {
  Bytes even = modulus_of(2048);
  even.back() &= std::byte{0xfe};
  EXPECT_FALSE(takes(rsa_spki(even, e65537)));
  EXPECT_FALSE(takes(rsa_spki(modulus_of(2048), from_hex("03"))));
  EXPECT_FALSE(takes(rsa_spki(modulus_of(2048), from_hex("01"))));
  EXPECT_FALSE(takes(rsa_spki(modulus_of(2048), modulus_of(2040))));
}

// AV-TRU-2
TEST_F(PublicKeyTest, EncodingsAreStrict) {
  const Bytes good = rsa_spki(modulus_of(2048), e65537);
  EXPECT_FALSE(takes(good + Bytes{std::byte{0}})) << "something trails";
  for (std::size_t size = 0; size < good.size(); ++size) {
    EXPECT_FALSE(takes(Bytes(good.begin(), good.begin() + static_cast<std::ptrdiff_t>(size))));
  }
  EXPECT_FALSE(takes(rsa_spki(modulus_of(2048), from_hex("00010001")))) << "a number with a needless zero";
  Bytes negative = modulus_of(2048);
  negative.erase(negative.begin());
  EXPECT_FALSE(takes(rsa_spki(negative, e65537)));
  EXPECT_FALSE(
      takes(ed25519_spki("fc51cd8e6218a1a38da47ed00230f0580816ed13ba3303ac5deb911548908025") + Bytes(1)));
}

TEST_F(PublicKeyTest, OtherAlgorithmsAreRefused) {
  EXPECT_FALSE(takes({}));
  const Bytes point = from_hex(  // P-256, RFC 5903 section 8.1
      "0004dad0b65394221cf9b051e1feca5787d098dfe637fc90b9ef945d0c3772581180"
      "5271a0461cdb8252d61f1c456fa3e59ab1f45b33accf5f58389e0577b8990bb3");
  EXPECT_FALSE(
      takes(der(0x30, der(0x30, from_hex("06072a8648ce3d0201 06082a8648ce3d030107")) + der(0x03, point))));
  // X25519 differs from Ed25519 in one bit of its object identifier.
  EXPECT_FALSE(
      takes(from_hex("302a300506032b656e032100"
                     "8520f0098930a754748b7ddcb43ef75a0dbf3a0d26381af4eba4a98eaa9b4e6a")));
}

TEST_F(PublicKeyTest, EveryMutationOfAKeyIsRefusedOrSafe) {
  const Bytes good = rsa_spki(modulus_of(2048), e65537);
  for (std::size_t at = 0; at < good.size(); ++at) {
    Bytes bad = good;
    bad[at] ^= std::byte{0x41};
    const auto key = PublicKey::from_der(context, bad);
    EXPECT_FALSE(key && key->verify(context, as_bytes("text"), Bytes(256, std::byte{1})));
  }
}

class RsaSignatureTest : public PublicKeyTest {
 protected:
  /// A PSS signature by other parameters than ours.
  Bytes sign_with(int padding, int salt, const char* digest, const char* mask_digest) {
    context.feed(Context::rsa_operation_bytes(512));
    const Handle<evp_md_ctx_st> signer(EVP_MD_CTX_new());
    EVP_PKEY_CTX* parameters = nullptr;
    EXPECT_EQ(EVP_DigestSignInit_ex(signer.get(), &parameters, digest, context.library(), nullptr,
                                    identity.key(), nullptr),
              1);
    EXPECT_EQ(EVP_PKEY_CTX_set_rsa_padding(parameters, padding), 1);
    if (padding == RSA_PKCS1_PSS_PADDING) {
      EXPECT_EQ(EVP_PKEY_CTX_set_rsa_pss_saltlen(parameters, salt), 1);
      EXPECT_EQ(EVP_PKEY_CTX_set_rsa_mgf1_md_name(parameters, mask_digest, nullptr), 1);
    }
    Bytes signature(256);
    std::size_t size = signature.size();
    EXPECT_EQ(EVP_DigestSign(signer.get(), reinterpret_cast<unsigned char*>(signature.data()), &size,
                             reinterpret_cast<const unsigned char*>("text"), 4),
              1);
    return signature;
  }
  bool verifies(const Bytes& signature) {
    return identity.public_key().verify(context, as_bytes("text"), signature);
  }

  Identity identity = Identity::make_rsa(context, 2048);
};

// AV-TRU-1
TEST_F(RsaSignatureTest, OnlyPssWithSha256AndASaltOf32BytesVerifies) {
  EXPECT_TRUE(verifies(sign_with(RSA_PKCS1_PSS_PADDING, 32, "SHA256", "SHA256")));
  EXPECT_FALSE(verifies(sign_with(RSA_PKCS1_PSS_PADDING, 0, "SHA256", "SHA256"))) << "no salt";
  EXPECT_FALSE(verifies(sign_with(RSA_PKCS1_PSS_PADDING, 31, "SHA256", "SHA256")));
  EXPECT_FALSE(verifies(sign_with(RSA_PKCS1_PSS_PADDING, 33, "SHA256", "SHA256")));
  EXPECT_FALSE(verifies(sign_with(RSA_PKCS1_PSS_PADDING, 64, "SHA256", "SHA256")));
  EXPECT_FALSE(verifies(sign_with(RSA_PKCS1_PSS_PADDING, 32, "SHA512", "SHA512")));
  EXPECT_FALSE(verifies(sign_with(RSA_PKCS1_PSS_PADDING, 32, "SHA256", "SHA1"))) << "another mask function";
  EXPECT_FALSE(verifies(sign_with(RSA_PKCS1_PADDING, 0, "SHA256", "SHA256"))) << "PKCS #1 v1.5";
}

TEST_F(RsaSignatureTest, SignaturesOfTheWrongSizeDoNotVerify) {
  Bytes signature = identity.sign(context, as_bytes("text"));
  ASSERT_TRUE(verifies(signature));
  EXPECT_FALSE(verifies({}));
  EXPECT_FALSE(verifies(Bytes{std::byte{0}} + signature));
  EXPECT_FALSE(verifies(signature + Bytes{std::byte{0}}));
  signature.pop_back();
  EXPECT_FALSE(verifies(signature));
}

}  // namespace
}  // namespace avocet::crypto
