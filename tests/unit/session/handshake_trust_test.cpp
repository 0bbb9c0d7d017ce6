#include <gtest/gtest.h>

#include "tests/unit/session/handshake_pair.hpp"

namespace avocet::session {
namespace {

using wire::CloseCode;

crypto::Fingerprint fingerprint_of(const TestIdentity& identity) { return identity.chain->fingerprint(); }

std::shared_ptr<const crypto::TrustAnchors> anchors_of(const TestIdentity& identity) {
  const std::string pem = identity.chain->pem();
  return std::make_shared<crypto::TrustAnchors>(
      crypto::TrustAnchors::from_pem(*test_context(), as_bytes(pem)).value());
}

const TestIdentity& server() { return server_identity(KeyKind::ed25519); }

void expect_untrusted(const Outcome& out, std::initializer_list<std::string> words) {
  EXPECT_FALSE(out.done);
  EXPECT_FALSE(out.client);
  ASSERT_TRUE(out.failure) << out.stopped;
  EXPECT_EQ(out.failure->code, CloseCode::untrusted);
  for (const std::string& word : words) {
    EXPECT_NE(out.failure->reason.find(word), std::string::npos) << out.failure->reason;
  }
}

// AV-TRU-5
TEST(HandshakeTrust, APinnedCertificateIsTaken) {
  EXPECT_TRUE(run({.trust = {.pinned = fingerprint_of(server())}}).done);
  EXPECT_TRUE(run({.trust = {.pinned = fingerprint_of(server())}, .calendar = UnixTime{}}).done)
      << "a pin does not expire";
}

// AV-TRU-5
TEST(HandshakeTrust, AnotherCertificateThanThePinnedOneIsRefusedLoudly) {
  expect_untrusted(run({.trust = {.pinned = fingerprint_of(attacker_identity())}}),
                   {to_string(fingerprint_of(server())), to_string(fingerprint_of(attacker_identity())),
                    "pretending", "Ask whoever runs the server"});
}

TEST(HandshakeTrust, AnImpostorWithAnIdentityOfItsOwnIsRefused) {
  expect_untrusted(run({.trust = {.pinned = fingerprint_of(server())}, .impostor = &attacker_identity()}),
                   {to_string(fingerprint_of(attacker_identity()))});
}

// AV-HS-29
TEST(HandshakeTrust, AnImpostorWithTheServersCertificateFailsAtTheSignature) {
  const TestIdentity stolen{attacker_identity().identity, server().chain};
  const Outcome out = run({.trust = {.pinned = fingerprint_of(server())}, .impostor = &stolen});
  ASSERT_TRUE(out.failure);
  EXPECT_EQ(out.failure->code, CloseCode::handshake_failed);
}

TEST(HandshakeTrust, AnIdentityThatIsSwappedOnTheWayFailsAtTheSignature) {
  for (const bool client_side : {false, true}) {
    const Outcome out = run({.tamper = [&](std::string_view what, Bytes& bytes) {
      if (what != (client_side ? "client's stream" : "server's stream")) return;
      auto messages = split_messages(bytes);
      messages[1] =
          client_side
              ? wire::frame_message(wire::ClientIdentity{attacker_identity().identity->public_key().der()})
              : wire::frame_message(wire::ServerIdentity{attacker_identity().chain->certificates()});
      bytes = join(messages);
    }});
    ASSERT_TRUE(out.failure) << client_side;
    EXPECT_EQ(out.failure->code, CloseCode::handshake_failed);
    EXPECT_NE(out.failure->reason.find("does not hold the key"), std::string::npos);
  }
}

/// An attacker that knows every message, but not the keys, puts its own identity with its own valid signature
/// in the place of the client's: it cannot make the Finished that goes with them.
// AV-HS-30
TEST(HandshakeTrust, AnIdentityThatIsSwappedWithItsSignatureFailsAtFinished) {
  const auto& identity = *attacker_identity().identity;
  std::optional<HandshakeTranscript> transcript;
  const Outcome out = run({.tamper = [&](std::string_view what, Bytes& bytes) {
    if (what == "Hello") transcript.emplace(*test_context(), std::nullopt, bytes);
    if (what == "ServerHello") transcript->add(wire::Wire<wire::ServerHello>::type, bytes);
    if (what == "server's stream") transcript->add_framed(bytes);
    if (what != "client's stream") return;
    const auto messages = split_messages(bytes);
    transcript->add_framed(messages[0]);
    bytes = messages[0];
    transcript->send(wire::ClientIdentity{identity.public_key().der()}, bytes);
    const Bytes to_sign = crypto::signed_content(client_verify_label, transcript->hash());
    transcript->send(wire::ClientVerify{identity.algorithm(), identity.sign(*test_context(), to_sign)},
                     bytes);
    bytes.insert(bytes.end(), messages[3].begin(), messages[3].end());
  }});
  ASSERT_TRUE(out.failure);
  EXPECT_NE(out.failure->reason.find("not seen the same handshake"), std::string::npos)
      << out.failure->reason;
}

// AV-TRU-6
TEST(HandshakeTrust, AnAuthorityVouchesForTheHost) {
  EXPECT_TRUE(run({.trust = {.anchors = anchors_of(server()), .host = "localhost"}}).done);
}

TEST(HandshakeTrust, AnAuthorityDoesNotVouchForAnotherHostOrTimeOrServer) {
  expect_untrusted(run({.trust = {.anchors = anchors_of(server()), .host = "example.org"}}), {"example.org"});
  expect_untrusted(run({.trust = {.anchors = anchors_of(server()), .host = ""}}), {});
  expect_untrusted(run({.trust = {.anchors = anchors_of(server()), .host = "localhost"},
                        .calendar = in_2026 + std::chrono::years(2)}),
                   {"valid from 2025-01-01 to 2027-01-01"});
  expect_untrusted(run({.trust = {.anchors = anchors_of(attacker_identity()), .host = "localhost"}}),
                   {to_string(fingerprint_of(server()))});
}

// AV-TRU-7
TEST(HandshakeTrust, FirstUseTakesAnyServerAndReportsIt) {
  const Outcome out = run({.impostor = &attacker_identity()});
  ASSERT_TRUE(out.done);
  EXPECT_EQ(out.client->fingerprint, fingerprint_of(attacker_identity()));
}

// AV-HS-31
TEST(HandshakeTrust, AClientsIdentityIsNotShownToAServerThatIsNotTrusted) {
  bool shown = false;
  const Outcome out =
      run({.trust = {.pinned = fingerprint_of(attacker_identity())},
           .tamper = [&](std::string_view what, Bytes&) { shown |= what == "client's stream"; }});
  EXPECT_FALSE(out.done || shown);
}

}  // namespace
}  // namespace avocet::session
