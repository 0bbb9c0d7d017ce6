#include <gtest/gtest.h>

#include <algorithm>
#include <map>
#include <tuple>

#include "protocol/crypto/key_log.hpp"
#include "tests/unit/session/handshake_pair.hpp"

namespace avocet::session {
namespace {

using wire::CloseCode;

struct HandshakeTest : testing::TestWithParam<
                           std::tuple<wire::Group, KeyKind /*server*/, KeyKind /*client*/, bool /*retry*/>> {
  static Scenario scenario() {
    const auto [group, server, client, retry] = GetParam();
    return {.group = group, .server = server, .client = client, .retry = retry};
  }
};
INSTANTIATE_TEST_SUITE_P(Kinds, HandshakeTest,
                         testing::Combine(testing::Values(wire::Group::x25519, wire::Group::secp256r1),
                                          testing::Values(KeyKind::ed25519, KeyKind::rsa),
                                          testing::Values(KeyKind::ed25519, KeyKind::rsa), testing::Bool()));

TEST_P(HandshakeTest, BothSidesEndWithTheSameSecretsAndKnowEachOther) {
  const Scenario s = scenario();
  const Outcome out = run(s);
  ASSERT_TRUE(out.done) << out.stopped << ": " << (out.failure ? out.failure->reason : "");
  EXPECT_EQ(out.client->traffic.client, out.server->traffic.client);
  EXPECT_EQ(out.client->traffic.server, out.server->traffic.server);
  EXPECT_NE(out.client->traffic.server, out.client->traffic.client);
  EXPECT_EQ(out.client->exporter, out.server->exporter);
  EXPECT_EQ(out.client->peer_key, server_identity(s.server).identity->public_key().der());
  EXPECT_EQ(out.client->fingerprint, server_identity(s.server).chain->fingerprint());
  EXPECT_EQ(out.server->peer_key, client_identity(s.client).identity->public_key().der());
  EXPECT_EQ(out.server->fingerprint,
            client_identity(s.client).identity->public_key().fingerprint(*test_context()));
  EXPECT_EQ(out.client->peer_parameters.max_data, config_of(s).max_data);
  EXPECT_EQ(out.server->peer_parameters.max_streams, config_of(s).max_streams);
}

std::map<std::string, Bytes> recorded(Scenario scenario) {
  std::map<std::string, Bytes> messages;
  scenario.tamper = [&](std::string_view what, Bytes& message) { messages[std::string(what)] = message; };
  EXPECT_TRUE(run(scenario).done);
  return messages;
}

TEST_P(HandshakeTest, TheSameEntropyGivesTheSameBytes) {
  Scenario s = scenario();
  const auto first = recorded(s);
  EXPECT_EQ(first.size(), s.retry ? 6u : 4u);
  if (s.server == KeyKind::ed25519 && s.client == KeyKind::ed25519) {  // PSS draws from the shared context
    EXPECT_EQ(first, recorded(s));
  }
  s.seed = 2;
  const auto other = recorded(s);
  for (const auto& [what, message] : first) EXPECT_NE(message, other.at(what)) << what;
}

TEST(HandshakeDeterminism, AnRsaServerWithTheSameEntropyAnswersTheSame) {
  const TestIdentity& rsa = server_identity(KeyKind::rsa);
  const ClientHandshake client = make_client({});
  const auto answer = [&](unsigned long long seed) {
    const auto context = std::make_shared<crypto::Context>(Entropy::of(seed));  // draws the salts
    const std::string chain = rsa.chain->pem();
    const ServerCredentials credentials{
        context,
        std::make_shared<crypto::Identity>(crypto::Identity::from_pem(*context, rsa.identity->pem()).value()),
        std::make_shared<crypto::CertificateChain>(
            crypto::CertificateChain::from_pem(*context, as_bytes(chain)).value())};
    const auto checked = check_hello(client.hello(), wire::SignatureAlgorithm::rsa_pss_rsae_sha256);
    crypto::Random random(Entropy::of(5));
    return ServerHandshake::answer({}, credentials, random, *checked, {9}, crypto::ResetToken{})
        ->take_output();
  };
  EXPECT_EQ(answer(3), answer(3));
  EXPECT_NE(answer(3), answer(4));
}

/// One bit of every byte of every message, another one each time.
// AV-HS-29, AV-HS-30
TEST(HandshakeTampering, AnyChangedByteStopsTheHandshake) {
  Scenario s{.retry = true};
  for (const auto& [what, message] : recorded(s)) {
    for (std::size_t i = 0; i < message.size(); ++i) {
      s.tamper = [&](std::string_view which, Bytes& bytes) {
        if (which == what) bytes[i] ^= std::byte{1} << (i * 5 % 8);
      };
      const Outcome out = run(s);
      ASSERT_FALSE(out.done) << what << " byte " << i;
      ASSERT_TRUE(!out.failure || !out.failure->reason.empty());
    }
  }
}

TEST(HandshakeTampering, AnyTruncationStopsTheHandshake) {
  Scenario s{.retry = true};
  for (const auto& [what, message] : recorded(s)) {
    for (std::size_t size = 0; size < message.size(); ++size) {
      s.tamper = [&](std::string_view which, Bytes& bytes) {
        if (which == what) bytes.resize(size);
      };
      const Outcome out = run(s);
      ASSERT_FALSE(out.done) << what << " cut to " << size;
      ASSERT_EQ(out.stopped, what);
      ASSERT_FALSE(out.failure) << "a stream that was cut is only not complete yet";
    }
  }
}

// AV-HS-27
TEST(HandshakeTampering, NothingFollowsFinished) {
  for (const std::string victim : {"server's stream", "client's stream"}) {
    for (const Bytes& extra : {Bytes(1), wire::frame_message(wire::Parameters{}), Bytes(20'000)}) {
      const Outcome out = run({.tamper = [&](std::string_view which, Bytes& bytes) {
        if (which == victim) bytes.insert(bytes.end(), extra.begin(), extra.end());
      }});
      EXPECT_FALSE(out.done);
      EXPECT_EQ(out.stopped, victim);
      EXPECT_TRUE(out.failure);
    }
  }
}

// AV-HS-27
TEST(HandshakeTampering, OnlyTheRightOrderIsTaken) {
  for (const std::string victim : {"server's stream", "client's stream"}) {
    std::vector<std::size_t> order{0, 1, 2, 3};
    do {
      const Outcome out = run({.tamper = [&](std::string_view which, Bytes& bytes) {
        if (which != victim) return;
        const auto messages = split_messages(bytes);
        ASSERT_EQ(messages.size(), 4u);
        std::vector<Bytes> shuffled;
        for (std::size_t i : order) shuffled.push_back(messages[i]);
        bytes = join(shuffled);
      }});
      EXPECT_EQ(out.done, std::ranges::is_sorted(order));
      EXPECT_TRUE(!out.failure || out.failure->code == CloseCode::handshake_failed);
    } while (std::ranges::next_permutation(order).found);
  }
}

// AV-HS-27
TEST(HandshakeTampering, NoMessageMayBeMissingOrRepeatedOrReplaced) {
  const auto recordings = recorded({});
  for (const std::string victim : {"server's stream", "client's stream"}) {
    const auto others =
        split_messages(recordings.at(victim == "client's stream" ? "server's stream" : "client's stream"));
    for (std::size_t i = 0; i < 4; ++i) {
      for (int change = 0; change < 3; ++change) {
        const Outcome out = run({.tamper = [&](std::string_view which, Bytes& bytes) {
          if (which != victim) return;
          auto messages = split_messages(bytes);
          const auto at = messages.begin() + static_cast<std::ptrdiff_t>(i);
          if (change == 0) messages.erase(at);
          if (change == 1) messages.insert(at, Bytes(*at));
          if (change == 2) *at = others[i];  // reflection
          bytes = join(messages);
        }});
        EXPECT_FALSE(out.done) << victim << ' ' << i << ' ' << change;
      }
    }
  }
}

// AV-HS-25
TEST(HandshakeStreams, MayComeInPiecesOfAnySize) {
  const Scenario s;
  for (std::size_t piece : {1uz, 2uz, 7uz, 100uz, 1000uz}) {
    ClientHandshake client = make_client(s);
    const auto checked = check_hello(client.hello(), wire::SignatureAlgorithm::ed25519);
    crypto::Random random(Entropy::of(5));
    auto server = ServerHandshake::answer(config_of(s), server_credentials(s), random, *checked, {9},
                                          crypto::ResetToken{});
    ASSERT_TRUE(server && client.on_server_hello(server->server_hello()));
    EXPECT_EQ(client.choose(0).server_cid, ConnectionId{9});
    const auto in_pieces = [&](const Bytes& bytes, auto& to) {
      for (std::size_t at = 0; at < bytes.size(); at += piece) {
        EXPECT_EQ(to.result(), nullptr);
        EXPECT_TRUE(to.on_data(ByteView(bytes).subspan(at, std::min(piece, bytes.size() - at))));
      }
    };
    in_pieces(server->take_output(), client);
    ASSERT_TRUE(client.result());
    EXPECT_EQ(client.result()->traffic.client, server->early_result().traffic.client);
    in_pieces(client.take_output(), *server);
    EXPECT_TRUE(server->result());
  }
}

// AV-KEY-8
TEST(HandshakeKeyLog, HoldsEverySecretAndBothIds) {
  const Outcome out = run({.key_log = true});
  ASSERT_TRUE(out.done);
  EXPECT_EQ(out.client_log, out.server_log);
  ASSERT_EQ(out.client_log.size(), 7u);
  using namespace crypto::key_log;
  const std::vector<std::string> labels{
      std::string(connection_id),    std::string(connection_id),        std::string(client_handshake),
      std::string(server_handshake), std::string(client_traffic) + "0", std::string(server_traffic) + "0",
      std::string(exporter)};
  for (std::size_t i = 0; i < 7; ++i) EXPECT_TRUE(out.client_log[i].starts_with(labels[i] + ' ')) << i;
  EXPECT_TRUE(out.client_log[0].ends_with(" 1111111111111111"));
  EXPECT_TRUE(out.client_log[1].ends_with(" 2222222222222222"));
  EXPECT_TRUE(out.client_log[4].ends_with(to_hex(out.client->traffic.client)));
}

// AV-KEY-7, AV-KEY-8
TEST(HandshakeKeyLog, IsEmptyUnlessAskedFor) {
  const Outcome out = run({});
  EXPECT_TRUE(out.client_log.empty() && out.server_log.empty());
}

}  // namespace
}  // namespace avocet::session
