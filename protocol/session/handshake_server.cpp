#include "protocol/session/handshake_server.hpp"

#include <algorithm>

#include "protocol/crypto/key_agreement.hpp"

namespace avocet::session {
namespace {

using wire::Wire;

/// Types of the client's messages in their order.
constexpr std::array order{Wire<wire::Parameters>::type, Wire<wire::ClientIdentity>::type,
                           Wire<wire::ClientVerify>::type, Wire<wire::ClientFinished>::type, nothing_due};

HandshakeTranscript begin_transcript(const crypto::Context& context, const CheckedHello& checked) {
  if (!checked.first_hello) return {context, checked.body};
  // AV-HS-24: The Retry need not be remembered: its cookie came back, and its other field is in the Hello
  // too.
  const Bytes retry =
      wire::encode(wire::Retry{.client_cid = checked.hello.cid, .cookie = *checked.hello.token});
  return {context, *checked.first_hello, retry, checked.body};
}

bool fits(const crypto::CertificateChain& chain) {
  constexpr std::size_t largest = 8192, others = 1024;  // of Parameters, ServerVerify and ServerFinished
  std::size_t total = others;
  for (const Bytes& certificate : chain.certificates()) {
    if (certificate.size() > largest) return false;
    total += certificate.size() + wire::varint_size(certificate.size());
  }
  return total <= wire::max_handshake_stream;
}

}  // namespace

std::expected<ServerHandshake, HandshakeFailure> ServerHandshake::answer(
    const Config& config, const ServerCredentials& credentials, crypto::Random& random,
    const CheckedHello& checked, ConnectionId own, const crypto::ResetToken& reset_token) {
  if (!fits(*credentials.chain)) {
    return std::unexpected(HandshakeFailure{wire::CloseCode::internal,
                                            "the certificate chain is too large for a handshake: leave out "
                                            "the root, or certificates that nobody needs"});
  }
  crypto::Context& context = *credentials.context;
  const auto agreement = crypto::KeyAgreement::make(context, checked.hello.share_group, random);
  const auto shared = agreement.agree(context, checked.hello.share);
  if (!shared) return failed("the client's share is not acceptable");

  wire::ServerHello hello{.version = wire::protocol_version,
                          .group = agreement.group(),
                          .client_cid = checked.hello.cid,
                          .cid = own,
                          .share = Bytes(agreement.share().begin(), agreement.share().end())};
  random.fill(hello.random);
  Bytes server_hello = wire::encode(hello);
  HandshakeTranscript transcript = begin_transcript(context, checked);
  transcript.add(Wire<wire::ServerHello>::type, server_hello);

  crypto::KeySchedule schedule(context);
  const auto secrets = schedule.handshake(*shared, transcript.hash());
  ServerHandshake out(credentials, checked, std::move(transcript), secrets, std::move(server_hello));
  out.send_flight(config, credentials, reset_token);

  auto application = schedule.application(out.transcript_.hash());
  out.result_.client_random = checked.hello.random;
  out.result_.traffic = application.traffic;
  out.result_.exporter = application.exporter;
  if (config.key_log) {
    log_handshake(out.key_log_, checked.hello.random, checked.hello.cid, own, secrets);
    log_application(out.key_log_, checked.hello.random, out.result_);
  }
  return out;
}

ServerHandshake::ServerHandshake(const ServerCredentials& credentials, const CheckedHello& checked,
                                 HandshakeTranscript transcript, const crypto::TrafficSecrets& secrets,
                                 Bytes server_hello)
    : context_(credentials.context),
      client_cid_(checked.hello.cid),
      server_hello_(std::move(server_hello)),
      transcript_(std::move(transcript)),
      secrets_(secrets),
      keys_{crypto::Sealer(*context_, crypto::packet_key(*context_, secrets.server)),
            crypto::Opener(*context_, crypto::packet_key(*context_, secrets.client))} {}

void ServerHandshake::send_flight(const Config& config, const ServerCredentials& credentials,
                                  const crypto::ResetToken& reset_token) {
  transcript_.send(parameters_of(config, reset_token.bytes()), output_);
  transcript_.send(wire::ServerIdentity{credentials.chain->certificates()}, output_);
  const Bytes to_sign = crypto::signed_content(server_verify_label, transcript_.hash());
  transcript_.send(wire::ServerVerify{.algorithm = credentials.identity->algorithm(),
                                      .signature = credentials.identity->sign(*context_, to_sign)},
                   output_);
  transcript_.send(wire::ServerFinished{crypto::finished_mac(*context_, secrets_.server, transcript_.hash())},
                   output_);
}

std::expected<void, HandshakeFailure> ServerHandshake::on_data(ByteView data) {
  auto went = read_messages(incoming_, data, [this](const auto& message) { return on_message(message); });
  if (went && expected_ == Expected::nothing && incoming_.left() > 0) {
    return failed("bytes came after ClientFinished");
  }
  return went;
}

std::expected<void, HandshakeFailure> ServerHandshake::on_message(const MessageReader::Message& message) {
  const std::uint64_t due = order[static_cast<std::size_t>(expected_)];
  if (message.type != due || due == nothing_due) return out_of_order(due, message.type);
  std::expected<void, HandshakeFailure> went;
  switch (expected_) {
    case Expected::parameters: went = on_parameters(message.body); break;
    case Expected::identity: went = on_identity(message.body); break;
    case Expected::verify: went = on_verify(message.body); break;
    default: went = on_finished(message.body); break;
  }
  if (!went) return went;
  transcript_.add_framed(message.framed);
  expected_ = static_cast<Expected>(static_cast<int>(expected_) + 1);
  return {};
}

std::expected<void, HandshakeFailure> ServerHandshake::on_parameters(ByteView body) {
  auto message = read_body<wire::Parameters>(body);
  if (!message) return std::unexpected(message.error());
  result_.peer_parameters = std::move(*message);
  return check_parameters(result_.peer_parameters);
}

std::expected<void, HandshakeFailure> ServerHandshake::on_identity(ByteView body) {
  const auto message = read_body<wire::ClientIdentity>(body);
  if (!message) return std::unexpected(message.error());
  const auto key = crypto::PublicKey::from_der(*context_, message->public_key);
  if (!key) return failed("the client's key is not acceptable: " + key.error().message);
  client_key_ = *key;
  result_.peer_key = key->der();
  result_.fingerprint = key->fingerprint(*context_);
  return {};
}

std::expected<void, HandshakeFailure> ServerHandshake::on_verify(ByteView body) {
  const auto message = read_body<wire::ClientVerify>(body);
  if (!message) return std::unexpected(message.error());
  return verify_signature(*context_, *client_key_, message->algorithm, message->signature,
                          client_verify_label, transcript_);
}

std::expected<void, HandshakeFailure> ServerHandshake::on_finished(ByteView body) {
  const auto message = read_body<wire::ClientFinished>(body);
  if (!message) return std::unexpected(message.error());
  return verify_finished(*context_, secrets_.client, message->mac, transcript_);
}

}  // namespace avocet::session
