#include "protocol/crypto/certificate_chain.hpp"

#include <gtest/gtest.h>

#include "protocol/crypto/hash.hpp"
#include "protocol/crypto/trust_anchors.hpp"
#include "tests/unit/crypto/authority.hpp"

namespace avocet::crypto {
namespace {

using namespace testing_support;

constexpr UnixTime from = std::chrono::sys_days(std::chrono::year(2026) / 1 / 2) + 3h + 4min + 5s;
constexpr UnixTime until = std::chrono::sys_days(std::chrono::year(2055) / 12 / 31);  // GeneralizedTime

class CertificateChainTest : public testing::Test {
 protected:
  std::expected<CertificateChain, Error> self_signed(const Identity& key, std::string name = "avocet",
                                                     std::vector<std::string> hosts = {"localhost",
                                                                                       "192.0.2.7"}) {
    return CertificateChain::make_self_signed(context, key, random,
                                              {std::move(name), std::move(hosts), from, until});
  }
  std::expected<CertificateChain, Error> from_der(const std::vector<Bytes>& certificates) {
    const std::vector<ByteView> views(certificates.begin(), certificates.end());
    return CertificateChain::from_der(context, views);
  }

  Context context{Entropy::of(1)};
  Random random{Entropy::of(2)};
  Identity identity = Identity::make_ed25519(context, random);
};

TEST_F(CertificateChainTest, ASelfSignedOneSaysWhatItWasTold) {
  for (const Identity& key : {Identity::make_ed25519(context, random), Identity::make_rsa(context, 2048)}) {
    const auto chain = self_signed(key);
    ASSERT_TRUE(chain) << chain.error().message;
    EXPECT_EQ(chain->certificates().size(), 1u);
    EXPECT_EQ(chain->public_key(), key.public_key());
    EXPECT_EQ(chain->validity().from, from);
    EXPECT_EQ(chain->validity().until, until);
    const auto anchors = TrustAnchors::from_pem(context, as_bytes(chain->pem()));
    EXPECT_TRUE(anchors->verify(context, *chain, "localhost", from + 1h));
    EXPECT_TRUE(anchors->verify(context, *chain, "192.0.2.7", from + 1h));
    EXPECT_FALSE(anchors->verify(context, *chain, "avocet", from + 1h));
    EXPECT_EQ(X509_verify(chain->certificate(0), X509_get0_pubkey(chain->certificate(0))), 1);
  }
}

TEST_F(CertificateChainTest, TheFingerprintIsTheSha256OfTheLeaf) {
  const auto chain = self_signed(identity);
  EXPECT_EQ(chain->fingerprint().bytes, sha256(context, chain->certificates()[0]));
}

TEST_F(CertificateChainTest, SurvivesDerAndPem) {
  const auto chain = self_signed(identity);
  const auto from_wire = from_der(chain->certificates());
  const auto from_text = CertificateChain::from_pem(context, as_bytes("a comment\n" + chain->pem()));
  ASSERT_TRUE(from_wire && from_text);
  EXPECT_EQ(from_wire->certificates(), chain->certificates());
  EXPECT_EQ(from_text->fingerprint(), chain->fingerprint());
}

TEST_F(CertificateChainTest, EqualRandomnessMakesEqualCertificates) {
  const auto make = [](unsigned long long seed, bool rsa) {
    Context own(Entropy::of(seed));
    Random stream(Entropy::of(seed + 1));
    const Identity key = rsa ? Identity::make_rsa(own, 2048) : Identity::make_ed25519(own, stream);
    return CertificateChain::make_self_signed(own, key, stream, {"avocet", {"localhost"}, from, until})
        ->fingerprint();
  };
  for (bool rsa : {false, true}) {
    EXPECT_EQ(make(5, rsa), make(5, rsa));
    EXPECT_NE(make(5, rsa), make(6, rsa));
  }
}

TEST_F(CertificateChainTest, NamesCannotSmuggleOthersIn) {
  EXPECT_FALSE(self_signed(identity, "avocet", {"localhost,DNS:bank.example"}));
  EXPECT_FALSE(self_signed(identity, "avocet", {""}));
  EXPECT_FALSE(self_signed(identity, "avocet", {"*"}));
  EXPECT_FALSE(self_signed(identity, "avocet", {std::string("localhost\0evil", 14)}));
  EXPECT_TRUE(self_signed(identity, "avocet", {}));
  EXPECT_FALSE(self_signed(identity, ""));
  EXPECT_TRUE(self_signed(identity, std::string(64, 'a')));
  EXPECT_FALSE(self_signed(identity, std::string(65, 'a')));
  EXPECT_FALSE(self_signed(identity, "\xff"));
}

// AV-ERR-7
TEST_F(CertificateChainTest, MalformedCertificatesAreRefusedAndNeverCrash) {
  const Bytes good = self_signed(identity)->certificates()[0];
  EXPECT_FALSE(from_der({}));
  EXPECT_FALSE(from_der({Bytes{}}));
  for (std::size_t size = 0; size < good.size(); ++size) {
    EXPECT_FALSE(from_der({Bytes(good.begin(), good.begin() + static_cast<std::ptrdiff_t>(size))}));
  }
  Bytes longer = good;
  longer.push_back(std::byte{0});
  EXPECT_FALSE(from_der({longer}));
  for (std::size_t at = 0; at < good.size(); ++at) {
    for (std::byte flip : {std::byte{0x01}, std::byte{0x80}, std::byte{0xff}}) {
      Bytes bad = good;
      bad[at] ^= flip;
      const auto chain = from_der({bad});
      EXPECT_FALSE(chain && verify_pinned(*chain, self_signed(identity)->fingerprint()));
      if (chain) (void)chain->validity();
    }
  }
}

// AV-TRU-3
TEST_F(CertificateChainTest, ChainsHaveCaps) {
  const Bytes one = self_signed(identity)->certificates()[0];
  EXPECT_TRUE(from_der(std::vector<Bytes>(8, one)));
  EXPECT_FALSE(from_der(std::vector<Bytes>(9, one)));
  const Bytes fat =
      self_signed(identity, "avocet", std::vector<std::string>(70, std::string(100, 'a')))->certificates()[0];
  ASSERT_GT(fat.size() * 3, CertificateChain::max_size);
  EXPECT_TRUE(from_der({fat, fat}));
  EXPECT_FALSE(from_der({fat, fat, fat}));
}

TEST_F(CertificateChainTest, TheLeafMustHoldAKeyThatWeTake) {
  const Issued small = issue(context, {}, make_rsa_key(context, 1024), nullptr);
  const Issued elliptic = issue(context, {}, make_p256_key(context), nullptr);
  for (const Issued* leaf : {&small, &elliptic}) {
    const auto chain = CertificateChain::from_pem(context, as_bytes(leaf->pem()));
    ASSERT_FALSE(chain);
    EXPECT_EQ(chain.error().message,
              "the certificate cannot be used: this key is neither Ed25519 nor RSA of 2048 to 4096 bits");
  }
}

TEST_F(CertificateChainTest, AuthoritiesMayUseOtherKeys) {
  const Issued elliptic = issue(context, authority_named("P-256"), make_p256_key(context), nullptr);
  const Issued leaf = issue(context, {}, make_rsa_key(context, 2048), &elliptic);
  const auto chain = CertificateChain::from_pem(context, as_bytes(leaf.pem()));
  ASSERT_TRUE(chain);
  EXPECT_TRUE(TrustAnchors::from_pem(context, as_bytes(elliptic.pem()))
                  ->verify(context, *chain, "www.example.com", Request().from));
}

}  // namespace
}  // namespace avocet::crypto
