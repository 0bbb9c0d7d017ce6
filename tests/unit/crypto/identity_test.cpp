#include "protocol/crypto/identity.hpp"

#include <gtest/gtest.h>
#include <openssl/evp.h>
#include <openssl/pem.h>

#include <set>

#include "protocol/crypto/pem.hpp"

namespace avocet::crypto {
namespace {

class IdentityTest : public testing::Test {
 protected:
  std::string refusal_of(std::string_view pem) {
    const auto identity = Identity::from_pem(context, as_bytes(pem));
    return identity ? "" : identity.error().message;
  }
  std::string pem_of_new(const char* type, const char* parameter) {
    context.feed(Context::rsa_generation_bytes);
    const Handle<evp_pkey_st> key(
        std::string_view(type) == "EC"
            ? EVP_PKEY_Q_keygen(context.library(), nullptr, type, parameter)
            : EVP_PKEY_Q_keygen(context.library(), nullptr, type, std::size_t{1024}));
    const Handle<bio_st> out(BIO_new(BIO_s_mem()));
    EXPECT_EQ(PEM_write_bio_PKCS8PrivateKey(out.get(), key.get(), nullptr, nullptr, 0, nullptr, nullptr), 1);
    return std::string(as_text(written(out.get())));
  }

  Context context{Entropy::of(1)};
  Random random{Entropy::of(2)};
};

TEST_F(IdentityTest, Ed25519SignsAsInRfc8032Section71) {
  // Test 3's secret key, in PKCS #8 as RFC 8410 section 7 lays it out.
  const Bytes der = from_hex(
      "302e020100300506032b657004220420c5aa8df43f9f837bedb7442f31dcb7b166d38535076f094b85ce3a2e0b4458f7");
  unsigned char base64[128];
  EVP_EncodeBlock(base64, reinterpret_cast<const unsigned char*>(der.data()), static_cast<int>(der.size()));
  const std::string pem = "-----BEGIN PRIVATE KEY-----\n" + std::string(reinterpret_cast<char*>(base64)) +
                          "\n-----END PRIVATE KEY-----\n";
  const auto identity = Identity::from_pem(context, as_bytes(pem));
  ASSERT_TRUE(identity) << identity.error().message;
  EXPECT_EQ(identity->algorithm(), SignatureAlgorithm::ed25519);
  EXPECT_EQ(to_hex(identity->sign(context, from_hex("af82"))),
            "6291d657deec24024827e69c3abe01a30ce548a284743a445e3680d7db5ac3ac"
            "18ff9b538d16f290ae67f760984dc6594a7c15e9716ed28dc027beceea1ec40a");
  EXPECT_EQ(as_text(identity->pem()), pem);
}

TEST_F(IdentityTest, SignaturesVerifyForTheirMessageAndKeyOnly) {
  const Identity ed25519 = Identity::make_ed25519(context, random),
                 other = Identity::make_ed25519(context, random);
  const Identity rsa = Identity::make_rsa(context, 2048);
  for (const Identity* identity : {&ed25519, &rsa}) {
    Bytes signature = identity->sign(context, as_bytes("message"));
    EXPECT_TRUE(identity->public_key().verify(context, as_bytes("message"), signature));
    EXPECT_FALSE(identity->public_key().verify(context, as_bytes("massage"), signature));
    EXPECT_FALSE(other.public_key().verify(context, as_bytes("message"), signature));
    signature[10] ^= std::byte{1};
    EXPECT_FALSE(identity->public_key().verify(context, as_bytes("message"), signature));
  }
}

TEST_F(IdentityTest, SurvivesPem) {
  for (const Identity& identity :
       {Identity::make_ed25519(context, random), Identity::make_rsa(context, 2048)}) {
    const auto again = Identity::from_pem(context, identity.pem());
    ASSERT_TRUE(again) << again.error().message;
    EXPECT_EQ(again->public_key(), identity.public_key());
    EXPECT_EQ(again->public_key().fingerprint(context), identity.public_key().fingerprint(context));
    EXPECT_TRUE(identity.public_key().verify(context, as_bytes("x"), again->sign(context, as_bytes("x"))));
  }
}

TEST_F(IdentityTest, PublicKeysSurviveDer) {
  const Identity identity = Identity::make_rsa(context, 3072);
  EXPECT_EQ(identity.algorithm(), SignatureAlgorithm::rsa_pss_rsae_sha256);
  const auto key = PublicKey::from_der(context, identity.public_key().der());
  ASSERT_TRUE(key);
  EXPECT_EQ(*key, identity.public_key());
  EXPECT_TRUE(key->verify(context, as_bytes("x"), identity.sign(context, as_bytes("x"))));
  EXPECT_EQ(identity.sign(context, as_bytes("x")).size(), 384u);
}

TEST_F(IdentityTest, RsaSignaturesAreSaltedAndMoreThanBlindingIsRenewedFor) {
  const Identity identity = Identity::make_rsa(context, 2048);
  std::set<Bytes> signatures;
  for (int i = 0; i < 100; ++i) {  // OpenSSL draws a new blinding factor every 32
    const Bytes signature = identity.sign(context, as_bytes("x"));
    EXPECT_TRUE(identity.public_key().verify(context, as_bytes("x"), signature));
    signatures.insert(signature);
  }
  EXPECT_EQ(signatures.size(), 100u);
}

TEST_F(IdentityTest, RefusalsSayWhatIsWrong) {
  EXPECT_EQ(refusal_of(""), "there is no private key in PEM (BEGIN PRIVATE KEY)");
  EXPECT_EQ(refusal_of("-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n"),
            "there is no private key in PEM (BEGIN PRIVATE KEY)");
  EXPECT_EQ(refusal_of(pem_of_new("RSA", nullptr)),
            "this key is neither Ed25519 nor RSA of 2048 to 4096 bits");
  EXPECT_EQ(refusal_of(pem_of_new("EC", "P-256")),
            "this key is neither Ed25519 nor RSA of 2048 to 4096 bits");
}

TEST_F(IdentityTest, AProtectedKeyIsNamedAsSuchAndNobodyIsAsked) {
  const Identity identity = Identity::make_ed25519(context, random);
  const Handle<bio_st> out(BIO_new(BIO_s_mem()));
  context.feed(1024);
  const Handle<evp_cipher_st> cipher(EVP_CIPHER_fetch(nullptr, "AES-256-CBC", nullptr));
  ASSERT_EQ(
      PEM_write_bio_PKCS8PrivateKey(out.get(), identity.key(), cipher.get(), "secret", 6, nullptr, nullptr),
      1);
  EXPECT_EQ(refusal_of(as_text(written(out.get()))),
            "the private key is protected by a passphrase; remove it with: openssl pkey -in KEY -out NEWKEY");
}

TEST_F(IdentityTest, ADamagedRsaKeyIsRefusedOrStillSigns) {
  // It may still sign, because OpenSSL falls back from a damaged prime to the exponent.
  const Bytes pem = Identity::make_rsa(context, 2048).pem();
  int refused = 0;
  for (std::size_t at = 40; at + 40 < pem.size(); at += 61) {
    Bytes bad = pem;
    bad[at] = bad[at] == std::byte{'A'} ? std::byte{'B'} : std::byte{'A'};
    const auto identity = Identity::from_pem(context, bad);
    refused += !identity;
    EXPECT_TRUE(!identity || identity->public_key().verify(context, as_bytes("x"),
                                                           identity->sign(context, as_bytes("x"))));
  }
  EXPECT_GT(refused, 5);
}

}  // namespace
}  // namespace avocet::crypto
