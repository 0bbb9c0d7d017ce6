#include "protocol/session/handshake_transcript.hpp"

#include <algorithm>
#include <array>

#include "protocol/crypto/key_log.hpp"

namespace avocet::session {
namespace {

/// Type and length of a message, as they stand before its body.
struct Head {
  Head(std::uint64_t type, std::size_t size) {
    wire::Writer w(room);
    w.varint(type);
    w.varint(size);
    used = w.size();
  }
  ByteView view() const { return ByteView(room).first(used); }

  std::array<std::byte, 16> room{};
  std::size_t used = 0;
};

void add_message(crypto::Transcript& running, std::uint64_t type, ByteView body) {
  running.add(Head(type, body.size()).view());
  running.add(body);
}

/// What stands before a Hello in the transcript.
crypto::Transcript begin(const crypto::Context& context, const std::optional<AfterRetry>& before) {
  crypto::Transcript running(context);
  if (before) {
    add_message(running, message_hash_type, before->first_hello);  // AV-HS-23
    add_message(running, wire::Wire<wire::Retry>::type, before->retry);
  }
  return running;
}

std::string name_of(std::uint64_t type) {
  std::string name = "a message of unknown type " + std::to_string(type);
  wire::HandshakeMessages::for_each([&]<class T>(std::type_identity<T>) {
    if (wire::Wire<T>::type == type) name = wire::Wire<T>::name;
  });
  return name;
}

}  // namespace

crypto::Hash hello_hash(const crypto::Context& context, ByteView body) {
  return crypto::sha384(context, {Head(wire::Wire<wire::Hello>::type, body.size()).view(), body});
}

HandshakeTranscript::HandshakeTranscript(const crypto::Context& context,
                                         const std::optional<AfterRetry>& before, ByteView hello)
    : running_(begin(context, before)) {
  add(wire::Wire<wire::Hello>::type, hello);
}

void HandshakeTranscript::add(std::uint64_t type, ByteView body) { add_message(running_, type, body); }

crypto::Hash make_binder(const crypto::Context& context, const crypto::ScheduleSecret& ticket_secret,
                         const std::optional<AfterRetry>& before, ByteView hello) {
  crypto::Transcript running = begin(context, before);  // AV-TKT-4
  running.add(Head(wire::Wire<wire::Hello>::type, hello.size()).view());
  running.add(hello.first(hello.size() - binder_size));
  return crypto::finished_mac(context, crypto::KeySchedule(context, ticket_secret).binder(), running.hash());
}

bool MessageReader::feed(ByteView data) {
  total_ += data.size();
  if (total_ > wire::max_handshake_stream) return false;  // AV-HS-26
  bytes_.erase(bytes_.begin(), bytes_.begin() + static_cast<std::ptrdiff_t>(taken_));
  taken_ = 0;
  bytes_.insert(bytes_.end(), data.begin(), data.end());
  return true;
}

std::expected<std::optional<MessageReader::Message>, HandshakeFailure> MessageReader::next() {
  const ByteView rest = ByteView(bytes_).subspan(taken_);
  const auto extent = wire::next_message(rest, wire::max_handshake_stream);
  if (!extent) return failed("the handshake stream does not hold messages");
  if (!*extent) return std::nullopt;
  const auto& [type, header, body] = **extent;
  taken_ += header + body;
  return Message{type, rest.subspan(header, body), rest.first(header + body)};
}

std::expected<void, HandshakeFailure> verify_signature(const crypto::Context& context,
                                                       const crypto::PublicKey& key,
                                                       wire::SignatureAlgorithm algorithm, ByteView signature,
                                                       std::string_view label,
                                                       const HandshakeTranscript& transcript) {
  // AV-HS-29
  if (algorithm != key.algorithm()) return failed("the signature is of another kind than the key");
  if (!key.verify(context, crypto::signed_content(label, transcript.hash()), signature)) {
    return failed("the peer does not hold the key that it shows: its signature does not verify");
  }
  return {};
}

std::expected<void, HandshakeFailure> verify_mac(const crypto::Context& context,
                                                 const crypto::ScheduleSecret& secret, ByteView mac,
                                                 const HandshakeTranscript& transcript) {
  // AV-HS-30
  if (!crypto::equal_in_constant_time(mac, crypto::finished_mac(context, secret, transcript.hash()))) {
    return failed("the two sides have not seen the same handshake: somebody changed it on the way");
  }
  return {};
}

std::expected<void, HandshakeFailure> check_trust(const crypto::Context& context, const Trust& trust,
                                                  const crypto::CertificateChain& chain, UnixTime calendar) {
  const auto& [pinned, anchors, host] = trust;
  std::expected<void, crypto::Distrust> trusted;
  std::string remedy;
  if (pinned) {  // AV-TRU-5
    trusted = crypto::verify_pinned(chain, *pinned);
    remedy =
        "Either the server has a new key, or somebody is pretending to be it. Ask whoever runs the server "
        "for its "
        "fingerprint, and trust the new one only if it is the same";
  } else if (anchors) {
    trusted = anchors->verify(context, chain, host, calendar);
    remedy = "Ask whoever runs the server for its fingerprint and trust that, or for a valid certificate";
  }
  if (trusted) return {};
  return std::unexpected(
      HandshakeFailure{wire::CloseCode::untrusted, trusted.error().message + ". " + remedy + "."});
}

wire::Parameters parameters_of(const Config& config, std::span<const std::byte, 16> reset_token) {
  wire::Parameters out{.idle_timeout = config.idle_timeout,
                       .max_data = config.max_data,
                       .max_stream_data = config.max_stream_data,
                       .max_streams = config.max_streams,
                       .max_datagram = static_cast<std::uint16_t>(
                           std::clamp(config.max_datagram, wire::base_datagram, wire::largest_datagram)),
                       .max_ack_delay = config.max_ack_delay,
                       .max_ids = config.max_ids};
  std::ranges::copy(reset_token, out.reset_token.begin());
  return out;
}

std::expected<void, HandshakeFailure> check_parameters(const wire::Parameters& peer) {
  constexpr Duration longest_ack_delay = 1s;
  if (peer.idle_timeout == Duration::zero()) {  // AV-PAR-1
    return failed("the peer's idle timeout of 0 would end the connection at once");
  }
  if (peer.max_ack_delay > longest_ack_delay) {  // AV-PAR-2
    return failed("the peer would hold acknowledgements for more than a second");
  }
  return {};
}

std::expected<void, HandshakeFailure> take_parameters(ByteView body, wire::Parameters& out) {
  auto message = read_body<wire::Parameters>(body);
  if (!message) return std::unexpected(message.error());
  out = std::move(*message);
  return check_parameters(out);
}

std::unexpected<HandshakeFailure> failed(std::string reason) {
  return std::unexpected(HandshakeFailure{wire::CloseCode::handshake_failed, std::move(reason)});
}

std::unexpected<HandshakeFailure> out_of_order(std::uint64_t due, std::uint64_t type) {
  return failed(name_of(type) + " came when " + (due == nothing_due ? "nothing" : name_of(due)) + " was due");
}

void log_handshake(std::vector<std::string>& lines, ByteView client_random, ConnectionId client,
                   ConnectionId server, const crypto::TrafficSecrets& secrets) {
  for (const ConnectionId id : {client, server}) {
    std::array<std::byte, 8> spelled;
    wire::Writer(spelled).big_endian(id.value, spelled.size());
    lines.push_back(crypto::key_log_line(crypto::key_log::connection_id, client_random, spelled));
  }
  lines.push_back(crypto::key_log_line(crypto::key_log::client_handshake, client_random, secrets.client));
  lines.push_back(crypto::key_log_line(crypto::key_log::server_handshake, client_random, secrets.server));
}

void log_application(std::vector<std::string>& lines, ByteView client_random, const HandshakeResult& result) {
  const auto& [client, server] = result.traffic;
  lines.push_back(crypto::key_log_line(crypto::key_log::client_traffic, 0, client_random, client));
  lines.push_back(crypto::key_log_line(crypto::key_log::server_traffic, 0, client_random, server));
  lines.push_back(crypto::key_log_line(crypto::key_log::exporter, client_random, result.exporter));
}

}  // namespace avocet::session
