#include <cstdlib>
#include <memory>

#include "protocol/session/handshake_client.hpp"
#include "protocol/session/handshake_server.hpp"

/// Both sides of the handshake against hostile bytes. The first byte chooses who is attacked and with what;
/// the rest are the attacker's bytes, either as they are or as changes to what an honest peer sends. Whatever
/// they are, a handshake that was touched must not succeed.
namespace {

using namespace avocet;
using namespace avocet::session;

const auto context = std::make_shared<crypto::Context>(Entropy::of(1));

ServerCredentials make_server() {
  crypto::Random random(Entropy::of(2));
  auto identity = std::make_shared<crypto::Identity>(crypto::Identity::make_ed25519(*context, random));
  auto chain = crypto::CertificateChain::make_self_signed(
      *context, *identity, random, {"fuzz", {"localhost"}, UnixTime{}, UnixTime{std::chrono::days(20'000)}});
  return {context, identity, std::make_shared<crypto::CertificateChain>(std::move(chain).value())};
}

ClientHandshake make_client() {
  static const auto identity = [] {
    crypto::Random random(Entropy::of(3));
    return std::make_shared<crypto::Identity>(crypto::Identity::make_ed25519(*context, random));
  }();
  crypto::Random random(Entropy::of(4));
  return ClientHandshake({}, {context, identity, {}}, random, {1}, UnixTime{});
}

std::optional<ServerHandshake> answer(ByteView hello) {
  static const ServerCredentials credentials = make_server();
  auto checked = check_hello(hello, credentials.identity->algorithm());
  if (!checked) return std::nullopt;
  const crypto::CookieKey cookies(Entropy::of(5));
  (void)check_cookie(*context, cookies, Time{}, PeerAddress{}, *checked);
  crypto::Random random(Entropy::of(6));
  auto made = ServerHandshake::answer({}, credentials, random, *checked, {2}, crypto::ResetToken{});
  return made ? std::optional(std::move(*made)) : std::nullopt;
}

/// With the bits flipped that triples of offset (2 bytes) and mask name.
Bytes changed(Bytes bytes, ByteView edits) {
  for (; edits.size() >= 3 && !bytes.empty(); edits = edits.subspan(3)) {
    const auto offset = std::to_integer<std::size_t>(edits[0]) << 8 | std::to_integer<std::size_t>(edits[1]);
    bytes[offset % bytes.size()] ^= edits[2];
  }
  return bytes;
}

template <class Side>
void attack(Side& side, const Bytes& honest, bool edit, ByteView attacker) {
  const Bytes attacked = edit ? changed(honest, attacker) : Bytes(attacker.begin(), attacker.end());
  const bool touched = attacked != honest;
  const ByteView bytes = attacked;
  const std::size_t half = bytes.size() / 2;
  const bool went = side.on_data(bytes.first(half)) && side.on_data(bytes.subspan(half));
  if ((side.result() != nullptr) != !touched || (!touched && !went)) std::abort();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0) return 0;
  const ByteView attacker = std::as_bytes(std::span(data, size)).subspan(1);
  const unsigned what = data[0] % 6;
  ClientHandshake client = make_client();
  if (what == 0) {
    (void)answer(attacker);
    return 0;
  }
  if (what == 1) {
    client.on_refuse(attacker);
    (void)client.on_retry(attacker);
    (void)client.on_server_hello(attacker);
    return 0;
  }
  auto server = answer(client.hello());
  if (!server || !client.on_server_hello(server->server_hello())) std::abort();
  (void)client.choose(client.candidates() - 1);
  const bool edit = what % 2 == 1;
  if (what < 4) {
    attack(client, server->take_output(), edit, attacker);
  } else {
    if (!client.on_data(server->take_output())) std::abort();
    attack(*server, client.take_output(), edit, attacker);
  }
  return 0;
}
