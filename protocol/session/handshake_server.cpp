#include "protocol/session/handshake_server.hpp"

#include <algorithm>

#include "protocol/crypto/key_agreement.hpp"

namespace avocet::session {
namespace {

using wire::Wire;

/// Types of the client's messages in their order.
constexpr std::array<std::uint64_t, 4> full_order{
    Wire<wire::Parameters>::type, Wire<wire::ClientIdentity>::type, Wire<wire::ClientVerify>::type,
    Wire<wire::ClientFinished>::type};
constexpr std::array<std::uint64_t, 2> resumed_order{Wire<wire::Parameters>::type,
                                                     Wire<wire::ClientFinished>::type};

std::span<const std::uint64_t> order_of(bool resumed) {
  if (resumed) return resumed_order;
  return full_order;
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
                          .share = Bytes(agreement.share().begin(), agreement.share().end()),
                          .resumed = checked.ticket.has_value()};
  random.fill(hello.random);
  Bytes server_hello = wire::encode(hello);
  HandshakeTranscript transcript(context, hello_context(checked), checked.body);
  transcript.add(Wire<wire::ServerHello>::type, server_hello);

  crypto::KeySchedule schedule(context, checked.ticket ? ByteView(checked.ticket->secret) : ByteView());
  const auto secrets = schedule.handshake(*shared, transcript.hash());
  ServerHandshake out(credentials, checked, std::move(transcript), schedule, secrets,
                      std::move(server_hello));
  if (checked.ticket) out.resume(*checked.ticket);
  out.send_flight(config, credentials, reset_token);

  auto application = out.schedule_.application(out.transcript_.hash());
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
                                 HandshakeTranscript transcript, crypto::KeySchedule schedule,
                                 const crypto::TrafficSecrets& secrets, Bytes server_hello)
    : context_(credentials.context),
      client_cid_(checked.hello.cid),
      server_hello_(std::move(server_hello)),
      transcript_(std::move(transcript)),
      schedule_(std::move(schedule)),
      secrets_(secrets),
      keys_{crypto::Sealer(*context_, crypto::packet_key(*context_, secrets.server)),
            crypto::Opener(*context_, crypto::packet_key(*context_, secrets.client))},
      incoming_(order_of(checked.ticket.has_value())) {}

/// The ticket says who the client is; that this one holds its secret, the binder has shown (AV-TKT-7).
void ServerHandshake::resume(const OpenedTicket& ticket) {
  result_.resumed = true;
  result_.peer_key = ticket.contents.client_key;
  result_.fingerprint.bytes = crypto::sha256(*context_, result_.peer_key);
}

void ServerHandshake::send_flight(const Config& config, const ServerCredentials& credentials,
                                  const crypto::ResetToken& reset_token) {
  transcript_.send(parameters_of(config, reset_token.bytes()), output_);
  if (!result_.resumed) {
    transcript_.send(wire::ServerIdentity{credentials.chain->certificates()}, output_);
    const Bytes to_sign = crypto::signed_content(server_verify_label, transcript_.hash());
    transcript_.send(wire::ServerVerify{.algorithm = credentials.identity->algorithm(),
                                        .signature = credentials.identity->sign(*context_, to_sign)},
                     output_);
  }
  transcript_.send(wire::ServerFinished{crypto::finished_mac(*context_, secrets_.server, transcript_.hash())},
                   output_);
}

std::expected<void, HandshakeFailure> ServerHandshake::on_data(ByteView data) {
  auto went = incoming_.on_data(data, transcript_,
                                [this](std::uint64_t type, ByteView body) { return on_message(type, body); });
  if (went && incoming_.complete()) result_.resumption = schedule_.resumption(transcript_.hash());
  return went;
}

std::expected<void, HandshakeFailure> ServerHandshake::on_message(std::uint64_t type, ByteView body) {
  switch (type) {
    case Wire<wire::Parameters>::type: return take_parameters(body, result_.peer_parameters);
    case Wire<wire::ClientIdentity>::type: return on_identity(body);
    case Wire<wire::ClientVerify>::type: return on_verify(body);
    default: return verify_finished<wire::ClientFinished>(*context_, secrets_.client, body, transcript_);
  }
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

}  // namespace avocet::session
