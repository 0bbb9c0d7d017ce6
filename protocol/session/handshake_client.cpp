#include "protocol/session/handshake_client.hpp"

#include <algorithm>
#include <array>
#include <cassert>

namespace avocet::session {
namespace {

using wire::Wire;

/// Types of the server's messages in their order.
constexpr std::array order{Wire<wire::Parameters>::type, Wire<wire::ServerIdentity>::type,
                           Wire<wire::ServerVerify>::type, Wire<wire::ServerFinished>::type, nothing_due};

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
      parameters_(make_parameters(config, random)),
      hello_(wire::encode(offer_)),
      first_(*credentials_.context, hello_) {}

bool ClientHandshake::on_retry(ByteView body) {
  auto retry = wire::decode<wire::Retry>(body);
  if (!retry || retry->client_cid != offer_.cid || retry->cookie.empty()) return false;
  if (retried_ || chosen_) return false;  // AV-HS-14
  const crypto::Context& context = *credentials_.context;
  const crypto::Hash first = hello_hash(context, hello_);
  offer_.token = std::move(retry->cookie);
  hello_ = wire::encode(offer_);
  retried_.emplace(context, first, body, hello_);
  return true;
}

void ClientHandshake::on_refuse(ByteView body) {
  const auto refuse = wire::decode<wire::Refuse>(body);
  if (refuse && refuse->client_cid == offer_.cid) refusal_ = explain(*refuse);
}

bool ClientHandshake::on_server_hello(ByteView body) {
  const auto hello = wire::decode<wire::ServerHello>(body);
  if (!hello || hello->client_cid != offer_.cid || chosen_) return false;
  // AV-HS-18: What was chosen must have been offered: the group is the one of the only share, and no ticket
  // was sent.
  if (hello->version != wire::protocol_version || hello->group != offer_.share_group || hello->resumed) {
    return false;
  }
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
    crypto::KeySchedule schedule(context);
    const auto secrets = schedule.handshake(*shared, transcript.hash());
    candidates_.push_back({hello->cid,
                           {crypto::Sealer(context, crypto::packet_key(context, secrets.client)),
                            crypto::Opener(context, crypto::packet_key(context, secrets.server))},
                           secrets,
                           schedule,
                           std::move(transcript)});
  };
  if (retried_) add(*retried_);  // AV-HS-20
  add(first_);
  return true;
}

ClientHandshake::Chosen ClientHandshake::choose(std::size_t candidate) {
  Candidate& c = candidates_[candidate];
  Chosen out{c.server_cid, std::move(c.keys)};
  chosen_ = Choice{c.secrets, c.schedule, std::move(c.transcript)};
  candidates_.clear();
  candidates_.shrink_to_fit();
  server_hellos_.clear();
  agreement_.reset();
  retried_.reset();
  if (wants_key_log_) {
    log_handshake(key_log_, offer_.random, offer_.cid, out.server_cid, chosen_->secrets);
  }
  return out;
}

std::expected<void, HandshakeFailure> ClientHandshake::on_data(ByteView data) {
  assert(chosen_);
  auto went = read_messages(incoming_, data, [this](const auto& message) { return on_message(message); });
  if (went && expected_ == Expected::nothing && incoming_.left() > 0) {
    return failed("bytes came after ServerFinished");
  }
  return went;
}

std::expected<void, HandshakeFailure> ClientHandshake::on_message(const MessageReader::Message& message) {
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
  chosen_->transcript.add_framed(message.framed);
  expected_ = static_cast<Expected>(static_cast<int>(expected_) + 1);
  if (expected_ == Expected::nothing) send_flight();
  return {};
}

std::expected<void, HandshakeFailure> ClientHandshake::on_parameters(ByteView body) {
  auto message = read_body<wire::Parameters>(body);
  if (!message) return std::unexpected(message.error());
  result_.peer_parameters = std::move(*message);
  return check_parameters(result_.peer_parameters);
}

std::expected<void, HandshakeFailure> ClientHandshake::on_identity(ByteView body) {
  const auto message = read_body<wire::ServerIdentity>(body);
  if (!message) return std::unexpected(message.error());
  const std::vector<ByteView> der(message->chain.begin(), message->chain.end());
  auto chain = crypto::CertificateChain::from_der(*credentials_.context, der);
  if (!chain) return failed("the server's certificate is not acceptable: " + chain.error().message);
  chain_ = std::move(*chain);
  result_.peer_key = chain_->public_key().der();
  result_.fingerprint = chain_->fingerprint();
  return {};
}

std::expected<void, HandshakeFailure> ClientHandshake::on_verify(ByteView body) {
  const auto message = read_body<wire::ServerVerify>(body);
  if (!message) return std::unexpected(message.error());
  return verify_signature(*credentials_.context, chain_->public_key(), message->algorithm, message->signature,
                          server_verify_label, chosen_->transcript);
}

/// Trust comes last: only here is it certain that the certificate is the sender's own, so that what a person
/// is told about it is true. Nothing of the client's identity was sent before.
std::expected<void, HandshakeFailure> ClientHandshake::on_finished(ByteView body) {
  const auto message = read_body<wire::ServerFinished>(body);
  if (!message) return std::unexpected(message.error());
  auto verified =
      verify_finished(*credentials_.context, chosen_->secrets.server, message->mac, chosen_->transcript);
  return verified ? trust_server() : verified;
}

std::expected<void, HandshakeFailure> ClientHandshake::trust_server() const {
  const auto& [pinned, anchors, host] = credentials_.trust;
  std::expected<void, crypto::Distrust> trusted;
  std::string remedy;
  if (pinned) {  // AV-TRU-5
    trusted = crypto::verify_pinned(*chain_, *pinned);
    remedy =
        "Either the server has a new key, or somebody is pretending to be it. Ask whoever runs the server "
        "for "
        "its fingerprint, and trust the new one only if it is the same";
  } else if (anchors) {
    trusted = anchors->verify(*credentials_.context, *chain_, host, calendar_);
    remedy = "Ask whoever runs the server for its fingerprint and trust that, or for a valid certificate";
  }
  if (trusted) return {};
  return std::unexpected(
      HandshakeFailure{wire::CloseCode::untrusted, trusted.error().message + ". " + remedy + "."});
}

/// ServerFinished is in the transcript: the traffic secrets, and then the client's messages.
void ClientHandshake::send_flight() {
  crypto::Context& context = *credentials_.context;
  auto& [secrets, schedule, transcript] = *chosen_;
  const auto application = schedule.application(transcript.hash());
  result_.client_random = offer_.random;
  result_.traffic = application.traffic;
  result_.exporter = application.exporter;
  if (wants_key_log_) log_application(key_log_, offer_.random, result_);

  const crypto::Identity& identity = *credentials_.identity;
  transcript.send(parameters_, output_);
  transcript.send(wire::ClientIdentity{identity.public_key().der()}, output_);
  const Bytes to_sign = crypto::signed_content(client_verify_label, transcript.hash());
  transcript.send(
      wire::ClientVerify{.algorithm = identity.algorithm(), .signature = identity.sign(context, to_sign)},
      output_);
  transcript.send(wire::ClientFinished{crypto::finished_mac(context, secrets.client, transcript.hash())},
                  output_);
}

}  // namespace avocet::session
