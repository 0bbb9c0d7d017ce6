#include "protocol/crypto/trust_anchors.hpp"

#include <gtest/gtest.h>

#include "tests/unit/crypto/authority.hpp"

namespace avocet::crypto {
namespace {

using namespace testing_support;
using Check = Distrust::Check;

constexpr UnixTime in_2026 = std::chrono::sys_days(std::chrono::year(2026) / 6 / 1);

/// A root, an intermediate authority and their keys: made once, because primes take time.
struct World {
  Context context{Entropy::of(1)};
  Key root_key = make_rsa_key(context, 2048), middle_key = make_rsa_key(context, 2048),
      leaf_key = make_rsa_key(context, 2048);
  Issued root = issue(context, authority_named("Root"), root_key, nullptr);
  Issued middle = issue(context, authority_named("Middle"), middle_key, &root);
};

class TrustAnchorsTest : public testing::Test {
 protected:
  static void SetUpTestSuite() { world_ = new World; }
  static void TearDownTestSuite() { delete world_; }

  static CertificateChain chain_of(const std::string& pem) {
    auto chain = CertificateChain::from_pem(world_->context, as_bytes(pem));
    EXPECT_TRUE(chain) << chain.error().message;
    return std::move(*chain);
  }
  static Issued leaf(const Request& request = {}) {
    return issue(world_->context, request, world_->leaf_key, &world_->middle);
  }
  std::expected<void, Distrust> verify(const CertificateChain& chain,
                                       std::string_view host = "www.example.com", UnixTime now = in_2026) {
    return TrustAnchors::from_pem(world_->context, as_bytes(anchors))
        ->verify(world_->context, chain, host, now);
  }
  Check failure_of(const Request& request, std::string_view host = "www.example.com") {
    const auto result = verify(chain_of(leaf(request).pem() + world_->middle.pem()), host);
    EXPECT_FALSE(result);
    return result ? Check::other : result.error().check;
  }

  inline static World* world_ = nullptr;
  std::string anchors = world_->root.pem();
};

// AV-TRU-6
TEST_F(TrustAnchorsTest, AcceptsAPathToTheRoot) {
  EXPECT_TRUE(verify(chain_of(leaf().pem() + world_->middle.pem())));
  EXPECT_TRUE(verify(chain_of(leaf().pem() + world_->middle.pem() + world_->root.pem())))
      << "the root sent along";
}

TEST_F(TrustAnchorsTest, AnIntermediateOrTheLeafItselfMayBeTheAnchor) {
  anchors = world_->middle.pem();
  EXPECT_TRUE(verify(chain_of(leaf().pem())));
  const Issued own = issue(world_->context, {}, world_->leaf_key, nullptr);
  anchors = own.pem();
  EXPECT_TRUE(verify(chain_of(own.pem())));
}

TEST_F(TrustAnchorsTest, AStrangerIsNotBelieved) {
  const Issued own = issue(world_->context, {}, world_->leaf_key, nullptr);
  const auto result = verify(chain_of(own.pem()));
  ASSERT_FALSE(result);
  EXPECT_EQ(result.error().check, Check::issuer);
  EXPECT_NE(result.error().message.find(to_string(chain_of(own.pem()).fingerprint())), std::string::npos);
  EXPECT_EQ(verify(chain_of(leaf().pem())).error().check, Check::issuer) << "the intermediate is missing";
}

TEST_F(TrustAnchorsTest, AForgedSignatureIsNoticed) {
  // Names fit, but another key than the intermediate's has signed.
  const Issued forger{Handle<x509_st>(X509_dup(world_->middle.certificate.get())), world_->leaf_key};
  const Issued forged = issue(world_->context, {}, world_->leaf_key, &forger);
  EXPECT_EQ(verify(chain_of(forged.pem() + world_->middle.pem())).error().check, Check::signature);
}

// AV-TRU-6
TEST_F(TrustAnchorsTest, HostNamesAndAddressesMustMatch) {
  const auto chain = chain_of(leaf().pem() + world_->middle.pem());
  for (const char* host :
       {"www.example.com", "WWW.example.com", "a.media.example.com", "192.0.2.7", "2001:db8::7"}) {
    EXPECT_TRUE(verify(chain, host)) << host;
  }
  for (const char* host : {"example.com", "a.www.example.com", "a.b.media.example.com", "media.example.com",
                           "192.0.2.8", "2001:db8::8", "www.example.com.evil.net", "", ".example.com"}) {
    const auto result = verify(chain, host);
    ASSERT_FALSE(result) << host;
    EXPECT_EQ(result.error().check, Check::host) << host;
  }
  using namespace std::string_view_literals;
  EXPECT_FALSE(verify(chain, "192.0.2.7\0.evil.net"sv));
  EXPECT_EQ(verify(chain, "evil.net").error().message, "the server's certificate is not for 'evil.net'");
}

TEST_F(TrustAnchorsTest, TheCommonNameIsNoHostName) {
  Request request;
  request.alternative_names = "DNS:other.example.com";
  EXPECT_EQ(failure_of(request), Check::host);
  request.alternative_names = "";
  EXPECT_EQ(failure_of(request), Check::host);
}

TEST_F(TrustAnchorsTest, WildcardsStandForAWholeLabel) {
  Request request;
  request.alternative_names = "DNS:w*.example.com";
  EXPECT_EQ(failure_of(request), Check::host);
}

TEST_F(TrustAnchorsTest, DatesAreComparedWithTheTimeGiven) {
  const auto chain = chain_of(leaf().pem() + world_->middle.pem());
  const UnixTime from = Request().from, until = Request().until;
  EXPECT_TRUE(verify(chain, "www.example.com", from));
  EXPECT_TRUE(verify(chain, "www.example.com", until - 1s));
  const auto early = verify(chain, "www.example.com", from - 1s),
             late = verify(chain, "www.example.com", until + 1s);
  ASSERT_TRUE(!early && !late);
  EXPECT_EQ(early.error().check, Check::validity);
  EXPECT_EQ(late.error().check, Check::validity);
}

TEST_F(TrustAnchorsTest, AnExpiredLeafIsExplainedWithItsDates) {
  Request request;
  request.until = std::chrono::sys_days(std::chrono::year(2026) / 3 / 1);
  const auto result = verify(chain_of(leaf(request).pem() + world_->middle.pem()));
  ASSERT_FALSE(result);
  EXPECT_EQ(result.error().message,
            "the server's certificate is valid from 2025-01-01 to 2026-03-01, and today is 2026-06-01");
}

TEST_F(TrustAnchorsTest, ALeafIsNoAuthority) {
  Request request;
  request.name = "a leaf";
  const Issued first = issue(world_->context, request, world_->middle_key, &world_->root);
  const Issued second = issue(world_->context, {}, world_->leaf_key, &first);
  EXPECT_EQ(verify(chain_of(second.pem() + first.pem())).error().check, Check::purpose);
}

TEST_F(TrustAnchorsTest, ACertificateForClientsIsNotForServers) {
  Request request;
  request.purpose = "clientAuth";
  EXPECT_EQ(failure_of(request), Check::purpose);
}

TEST_F(TrustAnchorsTest, WeakDigestsAreRefused) {
  Request request;
  request.digest = EVP_sha1();
  EXPECT_EQ(failure_of(request), Check::strength);
}

TEST_F(TrustAnchorsTest, WeakAuthoritiesAreRefused) {
  const Issued weak =
      issue(world_->context, authority_named("Weak"), make_rsa_key(world_->context, 1024), &world_->root);
  const Issued below = issue(world_->context, {}, world_->leaf_key, &weak);
  EXPECT_EQ(verify(chain_of(below.pem() + weak.pem())).error().check, Check::strength);
}

TEST_F(TrustAnchorsTest, UnknownCriticalExtensionsAreRefused) {
  Issued odd = leaf();
  add_extension(odd.certificate.get(), world_->middle.certificate.get(), NID_netscape_comment,
                "critical,odd");
  world_->context.feed(Context::rsa_operation_bytes(512));
  X509_sign(odd.certificate.get(), world_->middle_key.get(), EVP_sha256());
  EXPECT_FALSE(verify(chain_of(odd.pem() + world_->middle.pem())));
}

// AV-TRU-5
TEST_F(TrustAnchorsTest, PinsLookAtTheFingerprintOnly) {
  const auto chain = chain_of(leaf().pem());
  EXPECT_TRUE(verify_pinned(chain, chain.fingerprint()));
  Fingerprint other = chain.fingerprint();
  other.bytes[31] ^= std::byte{1};
  const auto result = verify_pinned(chain, other);
  ASSERT_FALSE(result);
  EXPECT_EQ(result.error().check, Check::fingerprint);
  EXPECT_NE(result.error().message.find(to_string(chain.fingerprint())), std::string::npos);
}

TEST_F(TrustAnchorsTest, ABundleMustHoldCertificates) {
  const auto refusal_of = [&](std::string_view pem) {
    return TrustAnchors::from_pem(world_->context, as_bytes(pem)).error().message;
  };
  EXPECT_EQ(refusal_of(""), "there is no certificate in PEM (BEGIN CERTIFICATE)");
  EXPECT_EQ(refusal_of("some text"), "there is no certificate in PEM (BEGIN CERTIFICATE)");
  EXPECT_EQ(refusal_of(anchors + "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n"),
            "certificate 2 in the PEM text is malformed");
  EXPECT_EQ(refusal_of(anchors.substr(0, anchors.size() / 2)), "certificate 1 in the PEM text is malformed");
}

}  // namespace
}  // namespace avocet::crypto
