#include "tests/vectors/conversation.hpp"

#include <algorithm>
#include <stdexcept>

#include "protocol/crypto/key_agreement.hpp"
#include "protocol/session/listener.hpp"
#include "tests/support/credentials.hpp"

namespace avocet::test {
namespace {

constexpr PeerAddress server_address = PeerAddress::v4(192, 0, 2, 1, 4747),
                      client_address = PeerAddress::v4(198, 51, 100, 1, 10000);
constexpr Entropy client_entropy = Entropy::of(11), again_entropy = Entropy::of(13),
                  server_entropy = Entropy::of(12);
constexpr std::uint64_t client_seed = 21, server_seed = 22;
constexpr Duration one_way = 10ms;

/// The private key that was drawn from this entropy for the share on the wire: the only 32 bytes drawn early
/// that yield it, wherever in the order of draws they stand.
crypto::Secret<32> find_private(const Entropy& entropy, ByteView share) {
  crypto::Context context(Entropy::of(0));
  crypto::Random random(entropy);
  Bytes drawn(4096);
  random.fill(drawn);
  for (std::size_t at = 0; at + 32 <= drawn.size(); at += 8) {
    const auto candidate = std::span(drawn).subspan(at).first<32>();
    const auto made = crypto::KeyAgreement::from_private(context, wire::Group::x25519, candidate);
    if (std::ranges::equal(made->share(), share)) return crypto::Secret<32>(candidate);
  }
  throw std::runtime_error("no private key fits the share");
}

/// An Ed25519 key is the last 32 bytes of its PKCS #8 (RFC 8410 section 7). PEM has them in base64.
crypto::Secret<32> seed_of(const crypto::Identity& identity) {
  const Bytes pem = identity.pem();
  const std::string_view text = as_text(pem);
  const std::size_t begin = text.find("-----\n") + 6;
  constexpr std::string_view alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  Bytes der;
  std::uint32_t bits = 0;
  int held = 0;
  for (const char c : text.substr(begin, text.find("-----END") - begin)) {
    const std::size_t value = alphabet.find(c);
    if (value == alphabet.npos) continue;
    bits = bits << 6 | static_cast<std::uint32_t>(value);
    held += 6;
    if (held >= 8) der.push_back(static_cast<std::byte>(bits >> (held -= 8)));
  }
  return crypto::Secret<32>(ByteView(der).last<32>());
}

template <class Message>
Message body_of(const std::vector<Captured>& datagrams, wire::PacketKind kind) {
  for (const Captured& one : datagrams) {
    if (wire::packet_kind(one.bytes) != kind) continue;
    return wire::decode<Message>(wire::decode<wire::ClearPacket>(one.bytes)->body).value();
  }
  throw std::runtime_error("a datagram of the handshake is missing");
}

/// Limits of their own, so that other defaults do not change the vectors.
void fix_limits(session::Config& config) {
  config.max_data = 1 << 20;
  config.max_stream_data = 256 << 10;
}

session::ListenerConfig with_fixed_limits(session::ListenerConfig config) {
  fix_limits(config.session);
  return config;
}

/// Steps both ends: everything that one side has to say travels together and takes `one_way`.
class Exchange {
 public:
  explicit Exchange(const session::ListenerConfig& listening)
      : listener_(with_fixed_limits(listening), server_credentials(server_seed), server_entropy) {}

  /// The client begins, with a ticket if there is one.
  void connect(const Entropy& entropy, std::optional<session::Resumption> kept) {
    session::ClientCredentials credentials = client_credentials(client_seed);
    credentials.resumption = std::move(kept);
    session::Config config{.key_log = true};
    fix_limits(config);
    client_.emplace(
        session::Session::connect(config, std::move(credentials), server_address, entropy, now_, calendar));
    protected_from_[0] = protected_from_[1] = false;
  }

  /// Until a Protected packet has gone each way. The first end that can says something on stream 0.
  void run(Conversation& out) {
    for (int steps = 0; steps < 8 && !(protected_from_[0] && protected_from_[1]); ++steps) {
      const auto to_server = drain(*client_, out);
      now_ += one_way;
      for (const Captured& one : to_server) deliver(listener_, one, client_address, server_address);
      const auto to_client = drain(listener_, out);
      now_ += one_way;
      for (const Captured& one : to_client) deliver(*client_, one, server_address, client_address);
    }
    drain(*client_, out);  // for the ticket
  }

 private:
  template <class Thing>
  void deliver(Thing& thing, const Captured& one, PeerAddress from, PeerAddress to) {
    Bytes copy = one.bytes;
    thing.receive(now_, {.from = from, .to = to, .arrived = now_, .bytes = copy});
  }

  template <class Thing>
  std::vector<Captured> drain(Thing& thing, Conversation& out) {
    constexpr bool client = std::is_same_v<Thing, session::Session>;
    std::vector<Captured> sent;
    for (;;) {
      auto output = thing.poll(now_, room_, 1);
      if (const auto* transmit = std::get_if<session::Transmit>(&output)) {
        sent.push_back(
            {client, Bytes(room_.begin(), room_.begin() + static_cast<std::ptrdiff_t>(transmit->size))});
        const bool is_protected = wire::packet_kind(sent.back().bytes) == wire::PacketKind::protected_;
        if (!is_protected || !std::exchange(protected_from_[client], true))
          out.datagrams.push_back(sent.back());
      } else if (std::holds_alternative<session::Wake>(output)) {
        return sent;
      } else if constexpr (client) {
        on_event(std::get<session::Event>(output), out);
      }
    }
  }

  void on_event(session::Event& event, Conversation& out) {
    if (auto* line = std::get_if<session::KeyLog>(&event)) out.key_log.push_back(std::move(line->line));
    if (auto* ticket = std::get_if<session::TicketReceived>(&event))
      out.tickets.push_back(ticket->resumption);
    if (std::holds_alternative<session::Connected>(event)) {
      client_->write(now_, StreamId{0}, as_bytes("hello, server"));
    }
  }

  Time now_{1s};
  Bytes room_ = Bytes(2048);
  session::Listener listener_;
  std::optional<session::Session> client_;
  bool protected_from_[2] = {};
};

void add_private_keys(Conversation& out, const Entropy& entropy) {
  out.client_identity = seed_of(*client_credentials(client_seed).identity);
  out.server_identity = seed_of(*server_credentials(server_seed).identity);
  const auto hello = body_of<wire::Hello>(out.datagrams, wire::PacketKind::hello);
  const auto answer = body_of<wire::ServerHello>(out.datagrams, wire::PacketKind::server_hello);
  out.client_share = find_private(entropy, hello.share);
  out.server_share = find_private(server_entropy, answer.share);
}

}  // namespace

Conversation meet(bool retry) {
  session::ListenerConfig listening;
  if (retry) listening.half_open_before_retry = 0;
  Conversation out;
  Exchange exchange(listening);
  exchange.connect(client_entropy, {});
  exchange.run(out);
  add_private_keys(out, client_entropy);
  return out;
}

Conversation meet_again() {
  Conversation first, again;
  Exchange exchange({});
  exchange.connect(client_entropy, {});
  exchange.run(first);
  const session::Resumption& kept = first.tickets.at(0);
  exchange.connect(again_entropy, kept);
  exchange.run(again);
  add_private_keys(again, again_entropy);
  again.ticket_secret = kept.secret;
  return again;
}

}  // namespace avocet::test
