#pragma once

#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "protocol/session/handshake_client.hpp"
#include "protocol/session/handshake_server.hpp"

/// A client and a server that exchange handshake messages, without packets and without a link.
namespace avocet::session {

enum class KeyKind { ed25519, rsa };

/// Keys and certificates of the tests: made once, with a fixed seed, and valid for `localhost` in 2025 and
/// 2026.
struct TestIdentity {
  std::shared_ptr<crypto::Identity> identity;
  std::shared_ptr<crypto::CertificateChain> chain;
};
std::shared_ptr<crypto::Context> test_context();
const TestIdentity& server_identity(KeyKind kind);
const TestIdentity& client_identity(KeyKind kind);
const TestIdentity& attacker_identity();

inline constexpr UnixTime in_2026{std::chrono::sys_days{std::chrono::year{2026} / 3 / 14}};
inline constexpr PeerAddress client_address = PeerAddress::v4(192, 0, 2, 7, 40000);

/// How a handshake between the two is to go. `tamper` sees, and may change, each message on its way; a whole
/// handshake stream of one side counts as one.
struct Scenario {
  wire::Group group = wire::Group::x25519;
  KeyKind server = KeyKind::ed25519, client = KeyKind::ed25519;
  bool retry = false;
  bool key_log = false;
  unsigned long long seed = 1;
  Trust trust;
  UnixTime calendar = in_2026;
  const TestIdentity* impostor = nullptr;  // answers in the server's place
  std::function<void(std::string_view what, Bytes& message)> tamper;
};

/// What became of it.
struct Outcome {
  bool done = false;    // both sides have a result
  std::string stopped;  // where not
  std::optional<HandshakeFailure> failure;
  std::optional<HandshakeResult> client, server;
  std::vector<std::string> client_log, server_log;
};
Outcome run(const Scenario&);

Config config_of(const Scenario&);
ClientHandshake make_client(const Scenario&);
ServerCredentials server_credentials(const Scenario&);

/// The messages of a handshake stream, each framed.
std::vector<Bytes> split_messages(ByteView stream);
Bytes join(const std::vector<Bytes>& messages);

/// What one side's keys sealed, opened with the other's; empty when it does not open.
Bytes sealed(crypto::Sealer&, ByteView plain);
std::optional<Bytes> opened(crypto::Opener&, ByteView packet);

}  // namespace avocet::session
