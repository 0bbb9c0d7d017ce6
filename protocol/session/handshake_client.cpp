#include "protocol/session/handshake_client.hpp"

#include <algorithm>
#include <array>
#include <cassert>

namespace avocet::session {
namespace {

using wire::Wire;

/// Types of the server's messages in their order.
constexpr std::array<std::uint64_t, 4> full_order{
    Wire<wire::Parameters>::type, Wire<wire::ServerIdentity>::type, Wire<wire::ServerVerify>::type,
    Wire<wire::ServerFinished>::type};
constexpr std::array<std::uint64_t, 2> resumed_order{Wire<wire::Parameters>::type,
                                                     Wire<wire::ServerFinished>::type};

MessageSequence incoming(bool resumed) {
  return resumed ? MessageSequence(resumed_order) : MessageSequence(full_order);
}

wire::Hello make_offer(const crypto::KeyAgreement& agreement, crypto::Random& random, ConnectionId own) {
  using enum wire::Group;
  const wire::Group other = agreement.group() == x25519 ? secp256r1 : x25519;
  wire::Hello offer{
      .versions = {wire::protocol_version},
      .cid = own,
      .groups = {agreement.group(), other},
      .share_group = agreement.group(),
      .share = Bytes(agreement.share().begin(), agreement.share().end()),
      .signature_algorithms = {wire::SignatureAlgorithm::ed25519,
                               wire::SignatureAlgorithm::rsa_pss_rsae_sha256},
  };
  random.fill(offer.random);
  return offer;
}

wire::Parameters make_parameters(const Config& config, crypto::Random& random) {
  std::array<std::byte, 16> reset_token;
  random.fill(reset_token);
  return parameters_of(config, reset_token);
}

std::string explain(const wire::Refuse& refuse) {
  switch (refuse.reason) {
    case wire::RefuseReason::version: {
      std::string theirs;
      for (std::uint32_t version : refuse.versions) {
        theirs += (theirs.empty() ? "" : ", ") + std::to_string(version);
      }
      return "the server speaks version " + (theirs.empty() ? "?" : theirs) +
             " of the protocol, this program version " + std::to_string(wire::protocol_version) +
             ": update the older of the two";
    }
    case wire::RefuseReason::group:
      return "the server does not take this key agreement group: choose the other one";
    case wire::RefuseReason::signature_algorithm:
      return "the server's identity has a kind of key that this program does not verify";
    case wire::RefuseReason::busy: return "the server is busy: try again later";
    case wire::RefuseReason::shutting_down: return "the server is shutting down: try again later";
  }
  return "the server refused for a reason that this program does not know";
}

}  // namespace

ClientHandshake::ClientHandshake(const Config& config, ClientCredentials credentials, crypto::Random& random,
                                 ConnectionId own, UnixTime calendar)
    : credentials_(std::move(credentials)),
      calendar_(calendar),
      wants_key_log_(config.key_log),
      agreement_(crypto::KeyAgreement::make(*credentials_.context, config.group, random)),
      offer_(make_offer(*agreement_, random, own)),
      parameters_(make_parameters(config, random)) {
  offer_ticket();
  encode_hello();
  first_hello_ = hello_;
}

/// A ticket is of use only to the identity that it was given to, and only towards a server that would be
/// trusted now (AV-TKT-9).
void ClientHandshake::offer_ticket() {
  if (!credentials_.resumption) return;
  const Resumption& kept = *credentials_.resumption;
  const std::vector<ByteView> der(kept.chain.begin(), kept.chain.end());
  auto chain = crypto::CertificateChain::from_der(*credentials_.context, der);
  const bool fits =
      !kept.ticket.empty() && kept.ticket.size() <= wire::max_ticket && kept.token.size() <= wire::max_token;
  if (!chain || !fits || kept.expires <= calendar_ ||
      kept.client_key != credentials_.identity->public_key().der() ||
      !check_trust(*credentials_.context, credentials_.trust, *chain, calendar_)) {
    credentials_.resumption.reset();
    return;
  }
  chain_ = std::move(*chain);
  offer_.ticket = kept.ticket;
  offer_.binder.emplace();
  if (!kept.token.empty()) offer_.token = kept.token;
}

void ClientHandshake::encode_hello() {
  hello_ = wire::encode(offer_);
  if (!offer_.binder) return;
  const crypto::Context& context = *credentials_.context;
  offer_.binder = make_binder(context, credentials_.resumption->secret, before_second_, hello_);
  hello_ = wire::encode(offer_);
}

bool ClientHandshake::on_retry(ByteView body) {
  auto retry = wire::decode<wire::Retry>(body);
  if (!retry || retry->client_cid != offer_.cid || retry->cookie.empty()) return false;
  if (before_second_ || chosen_) return false;  // AV-HS-14
  before_second_ = {hello_hash(*credentials_.context, hello_), Bytes(body.begin(), body.end())};
  offer_.token = std::move(retry->cookie);
  encode_hello();
  return true;
}

void ClientHandshake::on_refuse(ByteView body) {
  const auto refuse = wire::decode<wire::Refuse>(body);
  if (refuse && refuse->client_cid == offer_.cid) refusal_ = explain(*refuse);
}

bool ClientHandshake::on_server_hello(ByteView body) {
  const auto hello = wire::decode<wire::ServerHello>(body);
  if (!hello || hello->client_cid != offer_.cid || chosen_) return false;
  // AV-HS-18: What was chosen must have been offered: the group is the one of the only share.
  if (hello->version != wire::protocol_version || hello->group != offer_.share_group) return false;
  if (hello->resumed && !offer_.ticket) return false;
  if (server_hellos_.size() == max_server_hellos) return false;
  if (std::ranges::any_of(server_hellos_,
                          [&](const Bytes& held) { return std::ranges::equal(held, body); })) {
    return false;
  }
  server_hellos_.emplace_back(body.begin(), body.end());  // also when the share is bad: agreeing is work
  crypto::Context& context = *credentials_.context;
  const auto shared = agreement_->agree(context, hello->share);
  if (!shared) return false;

  const auto add = [&](HandshakeTranscript transcript) {
    transcript.add(Wire<wire::ServerHello>::type, body);
    crypto::KeySchedule schedule(context,
                                 hello->resumed ? ByteView(credentials_.resumption->secret) : ByteView());
    const auto secrets = schedule.handshake(*shared, transcript.hash());
    candidates_.push_back({hello->cid,
                           {crypto::Sealer(context, crypto::packet_key(context, secrets.client)),
                            crypto::Opener(context, crypto::packet_key(context, secrets.server))},
                           secrets,
                           schedule,
                           std::move(transcript),
                           hello->resumed});
  };
  if (before_second_) add({context, before_second_, hello_});  // AV-HS-20
  add({context, std::nullopt, first_hello_});
  return true;
}

ClientHandshake::Chosen ClientHandshake::choose(std::size_t candidate) {
  Candidate& c = candidates_[candidate];
  Chosen out{c.server_cid, std::move(c.keys)};
  chosen_.emplace(c.secrets, c.schedule, std::move(c.transcript), incoming(c.resumed));
  result_.resumed = c.resumed;
  c.resumed ? show_server(*chain_) : chain_.reset();
  candidates_.clear();
  candidates_.shrink_to_fit();
  server_hellos_.clear();
  agreement_.reset();
  credentials_.resumption.reset();
  if (wants_key_log_) {
    log_handshake(key_log_, offer_.random, offer_.cid, out.server_cid, chosen_->secrets);
  }
  return out;
}

std::expected<void, HandshakeFailure> ClientHandshake::on_data(ByteView data) {
  assert(chosen_);
  auto went = chosen_->incoming.on_data(data, chosen_->transcript, [this](std::uint64_t type, ByteView body) {
    return on_message(type, body);
  });
  if (went && chosen_->incoming.complete()) send_flight();
  return went;
}

std::expected<void, HandshakeFailure> ClientHandshake::on_message(std::uint64_t type, ByteView body) {
  switch (type) {
    case Wire<wire::Parameters>::type: return take_parameters(body, result_.peer_parameters);
    case Wire<wire::ServerIdentity>::type: return on_identity(body);
    case Wire<wire::ServerVerify>::type: return on_verify(body);
    default: return on_finished(body);
  }
}

std::expected<void, HandshakeFailure> ClientHandshake::on_identity(ByteView body) {
  const auto message = read_body<wire::ServerIdentity>(body);
  if (!message) return std::unexpected(message.error());
  const std::vector<ByteView> der(message->chain.begin(), message->chain.end());
  auto chain = crypto::CertificateChain::from_der(*credentials_.context, der);
  if (!chain) return failed("the server's certificate is not acceptable: " + chain.error().message);
  chain_ = std::move(*chain);
  show_server(*chain_);
  return {};
}

void ClientHandshake::show_server(const crypto::CertificateChain& chain) {
  result_.peer_key = chain.public_key().der();
  result_.fingerprint = chain.fingerprint();
  result_.server_chain = chain.certificates();
}

std::expected<void, HandshakeFailure> ClientHandshake::on_verify(ByteView body) {
  const auto message = read_body<wire::ServerVerify>(body);
  if (!message) return std::unexpected(message.error());
  return verify_signature(*credentials_.context, chain_->public_key(), message->algorithm, message->signature,
                          server_verify_label, chosen_->transcript);
}

/// Trust comes last: only here is it certain that the certificate is the sender's own, so that what a person
/// is told about it is true. Nothing of the client's identity was sent before. Who resumes has checked it
/// before the ticket was offered.
std::expected<void, HandshakeFailure> ClientHandshake::on_finished(ByteView body) {
  const crypto::Context& context = *credentials_.context;
  auto verified =
      verify_finished<wire::ServerFinished>(context, chosen_->secrets.server, body, chosen_->transcript);
  if (!verified || result_.resumed) return verified;
  return check_trust(context, credentials_.trust, *chain_, calendar_);
}

/// ServerFinished is in the transcript: the traffic secrets, and then the client's messages.
void ClientHandshake::send_flight() {
  crypto::Context& context = *credentials_.context;
  auto& [secrets, schedule, transcript, incoming] = *chosen_;
  const auto application = schedule.application(transcript.hash());
  result_.client_random = offer_.random;
  result_.traffic = application.traffic;
  result_.exporter = application.exporter;
  if (wants_key_log_) log_application(key_log_, offer_.random, result_);

  transcript.send(parameters_, output_);
  if (!result_.resumed) {
    const crypto::Identity& identity = *credentials_.identity;
    transcript.send(wire::ClientIdentity{identity.public_key().der()}, output_);
    const Bytes to_sign = crypto::signed_content(client_verify_label, transcript.hash());
    transcript.send(
        wire::ClientVerify{.algorithm = identity.algorithm(), .signature = identity.sign(context, to_sign)},
        output_);
  }
  transcript.send(wire::ClientFinished{crypto::finished_mac(context, secrets.client, transcript.hash())},
                  output_);
  result_.resumption = schedule.resumption(transcript.hash());
}

}  // namespace avocet::session
