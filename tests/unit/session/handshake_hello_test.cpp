#include "protocol/session/handshake_hello.hpp"

#include <gtest/gtest.h>

#include "protocol/session/handshake_transcript.hpp"
#include "tests/unit/session/handshake_pair.hpp"

namespace avocet::session {
namespace {

using wire::RefuseReason;
using wire::SignatureAlgorithm;
using enum wire::Group;

constexpr Time now{std::chrono::seconds(1000)};

wire::Hello plain_hello() {
  return {.versions = {1},
          .cid = {42},
          .groups = {x25519},
          .share_group = x25519,
          .share = Bytes(32, std::byte{9}),
          .signature_algorithms = {SignatureAlgorithm::ed25519}};
}

std::optional<RefuseReason> refusal_of(const wire::Hello& hello,
                                       SignatureAlgorithm identity = SignatureAlgorithm::ed25519) {
  const auto checked = check_hello(wire::encode(hello), identity);
  EXPECT_FALSE(checked);
  EXPECT_EQ(checked.error().client_cid, ConnectionId{42});
  return checked.error().reason;
}

// AV-HS-5, AV-HS-8
TEST(HelloCheck, TakesWhatItCanAnswer) {
  wire::Hello hello = plain_hello();
  hello.versions = {7, 1};
  hello.groups = {static_cast<wire::Group>(0x1234), x25519};
  hello.ticket = Bytes(5);  // not known yet, and no reason to refuse
  const Bytes body = wire::encode(hello);
  const auto checked = check_hello(body, SignatureAlgorithm::ed25519);
  ASSERT_TRUE(checked);
  EXPECT_EQ(checked->hello, hello);
  EXPECT_EQ(checked->body.data(), body.data());
  EXPECT_FALSE(checked->first_hello);
}

// AV-HS-9
TEST(HelloCheck, RefusesWhatTheTwoSidesDoNotShare) {
  wire::Hello hello = plain_hello();
  hello.versions = {2, 3};
  EXPECT_EQ(refusal_of(hello), RefuseReason::version);
  hello = plain_hello();
  hello.groups = {hello.share_group = static_cast<wire::Group>(0x1234)};
  EXPECT_EQ(refusal_of(hello), RefuseReason::group);
  EXPECT_EQ(refusal_of(plain_hello(), SignatureAlgorithm::rsa_pss_rsae_sha256),
            RefuseReason::signature_algorithm);
}

// AV-HS-2, AV-HS-9
TEST(HelloCheck, RefusesAnotherVersionWhateverFollowsTheConnectionId) {
  wire::Hello hello = plain_hello();
  hello.versions = {2};
  Bytes body = wire::encode(hello);
  body.resize(1 + 4 + 32 + 8);
  body.push_back(std::byte{0xff});
  const auto checked = check_hello(body, SignatureAlgorithm::ed25519);
  EXPECT_EQ(checked.error().reason, RefuseReason::version);
  EXPECT_EQ(checked.error().client_cid, ConnectionId{42});
}

// AV-HS-10
TEST(HelloCheck, DropsWhatMakesNoSense) {
  wire::Hello hello = plain_hello();
  hello.groups = {secp256r1};  // the share's group is not offered
  EXPECT_EQ(refusal_of(hello), std::nullopt);
  hello = plain_hello();
  hello.share.pop_back();
  EXPECT_EQ(refusal_of(hello), std::nullopt);
  Bytes body = wire::encode(plain_hello());
  body.push_back(std::byte{0});
  EXPECT_EQ(check_hello(body, SignatureAlgorithm::ed25519).error().reason, std::nullopt);
  EXPECT_FALSE(check_hello({}, SignatureAlgorithm::ed25519));
}

struct CookieTest : testing::Test {
  std::shared_ptr<crypto::Context> context = test_context();
  crypto::CookieKey key{Entropy::of(1)};
  Bytes first = wire::encode(plain_hello());

  Bytes second_hello(Bytes token) const {
    wire::Hello hello = plain_hello();
    hello.token = std::move(token);
    return wire::encode(hello);
  }
  Bytes cookie() const {
    const auto checked = check_hello(first, SignatureAlgorithm::ed25519);
    const auto retry =
        wire::decode<wire::Retry>(make_retry(*context, key, now, client_address, *checked)).value();
    EXPECT_EQ(retry.client_cid, ConnectionId{42});
    return retry.cookie;
  }
  bool accepted(const Bytes& token, Time at, PeerAddress from = client_address) const {
    const Bytes body = second_hello(token);
    auto checked = check_hello(body, SignatureAlgorithm::ed25519);
    const bool accepted = check_cookie(*context, key, at, from, *checked);
    EXPECT_EQ(accepted, checked->first_hello.has_value());
    EXPECT_TRUE(!accepted || checked->first_hello == hello_hash(*context, first));
    return accepted;
  }
};

// AV-HS-16
TEST_F(CookieTest, ProvesTheAddressForTenSeconds) {
  EXPECT_TRUE(accepted(cookie(), now));
  EXPECT_TRUE(accepted(cookie(), now + 10s));
  EXPECT_FALSE(accepted(cookie(), now + 11s));
}

// AV-HS-15, AV-HS-16
TEST_F(CookieTest, IsGoodForOneAddressOnly) {
  PeerAddress other = client_address;
  other.port += 1;
  EXPECT_FALSE(accepted(cookie(), now, other));
}

// AV-HS-8
TEST_F(CookieTest, AnyOtherTokenCountsAsNone) {
  EXPECT_FALSE(accepted({}, now));
  EXPECT_FALSE(accepted(Bytes(200), now));
  auto checked = check_hello(first, SignatureAlgorithm::ed25519);
  EXPECT_FALSE(check_cookie(*context, key, now, client_address, *checked));
}

// AV-HS-9, AV-HS-11
TEST(Refusals, AreSmallerThanTheHelloAndSayWhatTheServerSpeaks) {
  const Bytes body = make_refuse({42}, RefuseReason::version);
  EXPECT_LT(body.size(), wire::base_datagram);
  EXPECT_EQ(wire::decode<wire::Refuse>(body)->versions, std::vector<std::uint32_t>{1});
}

}  // namespace
}  // namespace avocet::session
