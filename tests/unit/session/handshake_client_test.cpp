#include "protocol/session/handshake_client.hpp"

#include <gtest/gtest.h>

#include <algorithm>

#include "tests/unit/session/handshake_pair.hpp"

namespace avocet::session {
namespace {

wire::Hello hello_of(const ClientHandshake& client) {
  return wire::decode<wire::Hello>(client.hello()).value();
}

ServerHandshake answer(ByteView hello, unsigned long long seed = 5,
                       std::optional<crypto::Hash> first = std::nullopt) {
  auto checked = check_hello(hello, wire::SignatureAlgorithm::ed25519);
  checked->first_hello = first;
  crypto::Random random(Entropy::of(seed));
  return ServerHandshake::answer({}, server_credentials({}), random, *checked, {seed}, crypto::ResetToken{})
      .value();
}

Bytes retry_for(const ClientHandshake& client, std::size_t cookie_size = 105) {
  return wire::encode(wire::Retry{.client_cid = hello_of(client).cid, .cookie = Bytes(cookie_size)});
}

/// Position of the candidate that opens what the server says first, if one does.
std::optional<std::size_t> believed(ClientHandshake& client, ServerHandshake& server) {
  auto keys = server.take_keys();
  const Bytes packet = sealed(keys.sealer, as_bytes("anything"));
  for (std::size_t i = 0; i < client.candidates(); ++i) {
    if (opened(client.opener(i), packet)) return i;
  }
  return std::nullopt;
}

// AV-HS-1, AV-HS-4, AV-HS-6, AV-HS-8
TEST(ClientHandshake, OffersEverythingAndSharesTheGroupOfItsConfiguration) {
  for (wire::Group group : {wire::Group::x25519, wire::Group::secp256r1}) {
    const wire::Hello hello = hello_of(make_client({.group = group}));
    EXPECT_EQ(hello.versions, std::vector<std::uint32_t>{1});
    EXPECT_EQ(hello.share_group, group);
    EXPECT_EQ(hello.groups.front(), group);
    EXPECT_EQ(hello.groups.size(), 2u);
    EXPECT_EQ(hello.share.size(), crypto::share_size(group));
    EXPECT_EQ(hello.signature_algorithms.size(), 2u);
    EXPECT_FALSE(hello.token || hello.ticket || hello.binder);
  }
}

// AV-HS-7
TEST(ClientHandshake, ALongestHelloFitsIntoADatagram) {
  ClientHandshake client = make_client({.group = wire::Group::secp256r1});
  ASSERT_TRUE(client.on_retry(retry_for(client, 256)));
  EXPECT_LE(client.hello().size() + wire::clear_header_size, wire::base_datagram);
}

// AV-HS-14
TEST(ClientHandshake, TakesOneRetryThatIsForIt) {
  ClientHandshake client = make_client({});
  const wire::Hello first = hello_of(client);
  EXPECT_FALSE(client.on_retry({}));
  EXPECT_FALSE(client.on_retry(retry_for(client, 0)));
  EXPECT_FALSE(client.on_retry(wire::encode(wire::Retry{.client_cid = {5}, .cookie = Bytes(3)})));
  EXPECT_EQ(hello_of(client), first);
  ASSERT_TRUE(client.on_retry(retry_for(client)));
  wire::Hello second = hello_of(client);
  EXPECT_EQ(second.token, Bytes(105));
  second.token.reset();
  EXPECT_EQ(second, first);
  EXPECT_FALSE(client.on_retry(retry_for(client, 7)));
}

// AV-HS-20
TEST(ClientHandshake, BelievesAnAnswerToEitherHelloAfterARetry) {
  ClientHandshake client = make_client({});
  const Bytes first(client.hello().begin(), client.hello().end());
  const auto first_hash = hello_hash(*test_context(), first);
  ASSERT_TRUE(client.on_retry(retry_for(client)));
  ServerHandshake to_first = answer(first, 5), to_second = answer(client.hello(), 6, first_hash);
  EXPECT_TRUE(client.on_server_hello(to_first.server_hello()));
  EXPECT_TRUE(client.on_server_hello(to_second.server_hello()));
  EXPECT_TRUE(believed(client, to_first));
  EXPECT_TRUE(believed(client, to_second));
}

// AV-HS-19
TEST(ClientHandshake, KeepsFourServerHellosAndFindsTheRealOne) {
  ClientHandshake client = make_client({});
  for (unsigned long long forged = 1; forged < 4; ++forged) {
    wire::ServerHello hello = wire::decode<wire::ServerHello>(answer(client.hello()).server_hello()).value();
    hello.random[0] = static_cast<std::byte>(forged);
    EXPECT_TRUE(client.on_server_hello(wire::encode(hello)));
    EXPECT_FALSE(client.on_server_hello(wire::encode(hello))) << "a repetition";
  }
  ServerHandshake real = answer(client.hello());
  EXPECT_TRUE(client.on_server_hello(real.server_hello()));
  EXPECT_FALSE(client.on_server_hello(answer(client.hello(), 77).server_hello())) << "one too many";
  EXPECT_EQ(client.candidates(), 4u);
  EXPECT_EQ(believed(client, real), 3u);
  EXPECT_EQ(client.choose(3).server_cid, ConnectionId{5});
  EXPECT_TRUE(client.chosen());
  EXPECT_EQ(client.candidates(), 0u);
  EXPECT_FALSE(client.on_server_hello(answer(client.hello(), 78).server_hello()));
  EXPECT_FALSE(client.on_retry(retry_for(client)));
}

// AV-HS-18
TEST(ClientHandshake, TakesOnlyWhatItOffered) {
  ClientHandshake client = make_client({});
  const auto good = wire::decode<wire::ServerHello>(answer(client.hello()).server_hello()).value();
  const auto refused = [&](auto change) {
    wire::ServerHello changed = good;
    change(changed);
    return !client.on_server_hello(wire::encode(changed));
  };
  EXPECT_TRUE(refused([](auto& hello) { hello.version = 2; }));
  EXPECT_TRUE(refused([](auto& hello) { hello.version = 0; }));
  EXPECT_TRUE(refused([](auto& hello) { hello.group = wire::Group::secp256r1; }));
  EXPECT_TRUE(refused([](auto& hello) { hello.client_cid = {1}; }));
  EXPECT_TRUE(refused([](auto& hello) { hello.resumed = true; }));
  EXPECT_TRUE(refused([](auto& hello) { hello.share.pop_back(); }));
  EXPECT_TRUE(refused([](auto& hello) { hello.share.assign(32, std::byte{0}); }));  // a point of low order
  EXPECT_EQ(client.candidates(), 0u);
  EXPECT_TRUE(client.on_server_hello(wire::encode(good)));
}

/// An attacker who weakens the offer on its way cannot make the two sides agree: the offer is in the
/// transcript.
// AV-HS-22
TEST(ClientHandshake, AWeakenedOfferIsNoticed) {
  const auto stopped = [](auto change) {
    return run({.tamper =
                    [&](std::string_view what, Bytes& bytes) {
                      if (what != "Hello") return;
                      wire::Hello hello = wire::decode<wire::Hello>(bytes).value();
                      change(hello);
                      bytes = wire::encode(hello);
                    }})
        .stopped;
  };
  EXPECT_EQ(stopped([](auto& hello) { hello.versions = {1, 0}; }), "opening the server's packet");
  EXPECT_EQ(stopped([](auto& hello) { hello.groups.pop_back(); }), "opening the server's packet");
  EXPECT_EQ(stopped([](auto& hello) { hello.signature_algorithms.pop_back(); }),
            "opening the server's packet");
  EXPECT_EQ(stopped([](auto& hello) { hello.token = Bytes(3); }), "opening the server's packet");
}

// AV-HS-12
TEST(ClientHandshake, ARefuseIsAHintForPeople) {
  ClientHandshake client = make_client({});
  const wire::Hello before = hello_of(client);
  EXPECT_TRUE(client.refusal().empty());
  client.on_refuse(make_refuse({5}, wire::RefuseReason::busy));
  client.on_refuse(Bytes(3));
  EXPECT_TRUE(client.refusal().empty()) << "not for us";
  client.on_refuse(wire::encode(wire::Refuse{before.cid, wire::RefuseReason::version, {2, 3}}));
  EXPECT_NE(client.refusal().find("version 2, 3 of the protocol, this program version 1"), std::string::npos);
  client.on_refuse(make_refuse(before.cid, wire::RefuseReason::busy));
  EXPECT_NE(client.refusal().find("busy"), std::string::npos);
  EXPECT_EQ(hello_of(client), before);
  EXPECT_TRUE(client.on_server_hello(answer(client.hello()).server_hello()));
}

// AV-HS-10, AV-KEY-3
TEST(ServerHandshake, RefusesAShareOfLowOrder) {
  wire::Hello hello = hello_of(make_client({}));
  hello.share.assign(32, std::byte{0});
  const Bytes body = wire::encode(hello);
  const auto checked = check_hello(body, wire::SignatureAlgorithm::ed25519);
  crypto::Random random(Entropy::of(5));
  EXPECT_FALSE(
      ServerHandshake::answer({}, server_credentials({}), random, *checked, {9}, crypto::ResetToken{}));
}

}  // namespace
}  // namespace avocet::session
