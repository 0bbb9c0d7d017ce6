#include "tests/unit/session/handshake_pair.hpp"

namespace avocet::session {
namespace {

constexpr Time at{std::chrono::seconds(1000)};
constexpr ConnectionId client_cid{0x1111111111111111}, server_cid{0x2222222222222222};

TestIdentity make_identity(KeyKind kind, unsigned long long seed) {
  const auto context = test_context();
  crypto::Random random(Entropy::of(seed));
  auto identity = std::make_shared<crypto::Identity>(kind == KeyKind::rsa
                                                         ? crypto::Identity::make_rsa(*context, 2048)
                                                         : crypto::Identity::make_ed25519(*context, random));
  using namespace std::chrono;
  auto chain = crypto::CertificateChain::make_self_signed(
      *context, *identity, random,
      {"test", {"localhost"}, sys_days{year{2025} / 1 / 1}, sys_days{year{2027} / 1 / 1}});
  return {std::move(identity), std::make_shared<crypto::CertificateChain>(std::move(chain).value())};
}

}  // namespace

std::shared_ptr<crypto::Context> test_context() {
  static const auto context = std::make_shared<crypto::Context>(Entropy::of(7));
  return context;
}

const TestIdentity& server_identity(KeyKind kind) {
  static const TestIdentity ed25519 = make_identity(KeyKind::ed25519, 11),
                            rsa = make_identity(KeyKind::rsa, 12);
  return kind == KeyKind::rsa ? rsa : ed25519;
}
const TestIdentity& client_identity(KeyKind kind) {
  static const TestIdentity ed25519 = make_identity(KeyKind::ed25519, 21),
                            rsa = make_identity(KeyKind::rsa, 22);
  return kind == KeyKind::rsa ? rsa : ed25519;
}
const TestIdentity& attacker_identity() {
  static const TestIdentity identity = make_identity(KeyKind::ed25519, 31);
  return identity;
}

Config config_of(const Scenario& scenario) {
  Config config;
  config.group = scenario.group;
  config.key_log = scenario.key_log;
  return config;
}

ClientHandshake make_client(const Scenario& scenario) {
  crypto::Random random(Entropy::of(scenario.seed));
  const ClientCredentials credentials{test_context(), client_identity(scenario.client).identity,
                                      scenario.trust};
  return ClientHandshake(config_of(scenario), credentials, random, client_cid, scenario.calendar);
}

ServerCredentials server_credentials(const Scenario& scenario) {
  const TestIdentity& server = scenario.impostor ? *scenario.impostor : server_identity(scenario.server);
  return {test_context(), server.identity, server.chain};
}

Outcome run(const Scenario& scenario) {
  Outcome out;
  const auto stop = [&](std::string_view what, std::optional<HandshakeFailure> failure = {}) {
    out.stopped = what;
    out.failure = std::move(failure);
    return out;
  };
  const auto on_the_way = [&](std::string_view what, Bytes message) {
    if (scenario.tamper) scenario.tamper(what, message);
    return message;
  };
  const auto context = test_context();
  const crypto::CookieKey cookies(Entropy::of(99));
  const ServerCredentials credentials = server_credentials(scenario);
  crypto::Random server_random(Entropy::of(scenario.seed + 1000));
  ClientHandshake client = make_client(scenario);

  const auto body = [&] { return Bytes(client.hello().begin(), client.hello().end()); };
  Bytes hello = on_the_way("Hello", body());
  auto checked = check_hello(hello, credentials.identity->algorithm());
  if (!checked) return stop("Hello");
  if (scenario.retry) {
    const Bytes retry = on_the_way("Retry", make_retry(*context, cookies, at, client_address, *checked));
    if (!client.on_retry(retry)) return stop("Retry");
    hello = on_the_way("second Hello", body());
    checked = check_hello(hello, credentials.identity->algorithm());
    if (!checked || !check_cookie(*context, cookies, at + 1s, client_address, *checked)) {
      return stop("second Hello");
    }
  }
  const crypto::ResetToken reset_token;
  auto server = ServerHandshake::answer(config_of(scenario), credentials, server_random, *checked, server_cid,
                                        reset_token);
  if (!server) return stop("answer", server.error());
  HandshakeKeys server_keys = server->take_keys();

  const ByteView server_hello = server->server_hello();
  if (!client.on_server_hello(on_the_way("ServerHello", {server_hello.begin(), server_hello.end()}))) {
    return stop("ServerHello");
  }
  const Bytes packet = sealed(server_keys.sealer, on_the_way("server's stream", server->take_output()));
  std::optional<Bytes> flight;
  std::size_t candidate = 0;
  for (; candidate < client.candidates(); ++candidate) {
    if ((flight = opened(client.opener(candidate), packet))) break;
  }
  if (!flight) return stop("opening the server's packet");
  auto chosen = client.choose(candidate);
  if (const auto went = client.on_data(*flight); !went) return stop("server's stream", went.error());
  if (!client.result()) return stop("server's stream");
  out.client = *client.result();
  out.client_log = client.take_key_log();

  const Bytes answer = on_the_way("client's stream", client.take_output());
  const auto received = opened(server_keys.opener, sealed(chosen.keys.sealer, answer));
  if (!received) return stop("opening the client's packet");
  if (const auto went = server->on_data(*received); !went) return stop("client's stream", went.error());
  if (!server->result()) return stop("client's stream");
  out.server = *server->result();
  out.server_log = server->take_key_log();
  out.done = true;
  return out;
}

std::vector<Bytes> split_messages(ByteView stream) {
  std::vector<Bytes> out;
  MessageReader reader;
  reader.feed(stream);
  while (const auto message = reader.next().value()) {
    out.emplace_back(message->framed.begin(), message->framed.end());
  }
  return out;
}

Bytes join(const std::vector<Bytes>& messages) {
  Bytes out;
  for (const Bytes& message : messages) out.insert(out.end(), message.begin(), message.end());
  return out;
}

Bytes sealed(crypto::Sealer& sealer, ByteView plain) {
  Bytes packet(plain.begin(), plain.end());
  packet.resize(plain.size() + crypto::tag_size);
  if (!sealer.seal(PacketNumber{sealer.sealed()}, {}, packet)) return {};
  return packet;
}

std::optional<Bytes> opened(crypto::Opener& opener, ByteView packet) {
  Bytes copy(packet.begin(), packet.end());
  const auto plain = opener.open(PacketNumber{0}, {}, copy);
  if (!plain) return std::nullopt;
  return Bytes(plain->begin(), plain->end());
}

}  // namespace avocet::session
