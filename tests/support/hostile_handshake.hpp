#pragma once

#include "protocol/crypto/key_agreement.hpp"
#include "protocol/session/handshake_transcript.hpp"
#include "tests/support/attacker.hpp"
#include "tests/support/credentials.hpp"

namespace avocet::test {

/// A packet in the clear, as large as a Hello has to be.
template <wire::Declared Message>
Bytes clear_packet(wire::PacketKind kind, const Message& message, std::size_t size = wire::base_datagram) {
  const Bytes body = wire::encode(message);
  wire::ClearPacket packet{.kind = kind, .body = body};
  const std::size_t used = wire::encoded_size(packet);
  packet.padding = size > used ? size - used : 0;
  return wire::encode(packet);
}

/// One side of a handshake that has its keys and says what it likes: it knows how everything is computed, and
/// computes it over whatever it has said.
class HostileHandshake {
 public:
  explicit HostileHandshake(std::uint64_t seed)
      : context_(std::make_shared<crypto::Context>(Entropy::of(seed))),
        random_(Entropy::of(seed + 1)),
        agreement_(crypto::KeyAgreement::make(*context_, wire::Group::x25519, random_)) {}

  /// What comes next in the transcript and on the stream, framed.
  template <wire::Declared Message>
  Bytes say(const Message& message) {
    Bytes framed;
    transcript_->send(message, framed);
    return framed;
  }
  Bytes say_verify(const crypto::Identity& identity, std::string_view label) {
    const Bytes to_sign = crypto::signed_content(label, transcript_->hash());
    const auto signature = identity.sign(*context_, to_sign);
    if (label == session::server_verify_label) {
      return say(wire::ServerVerify{.algorithm = identity.algorithm(), .signature = signature});
    }
    return say(wire::ClientVerify{.algorithm = identity.algorithm(), .signature = signature});
  }

  /// A Handshake packet of these frames.
  Bytes seal(ByteView frames) {
    const Bytes packet =
        out_->seal(frames, {.kind = wire::PacketKind::handshake, .destination = peer_id}, number_);
    ++number_;
    return packet;
  }
  /// A part of the stream in a Handshake packet.
  Bytes seal_part(std::uint64_t offset, ByteView data) {
    return seal(frames_of(wire::HandshakeData{offset, data}));
  }

  ConnectionId peer_id;

 protected:
  void agree(ByteView share, crypto::TrafficSecrets& secrets) {
    schedule_.emplace(*context_);
    const auto shared = agreement_.agree(*context_, share);
    secrets = schedule_->handshake(shared ? ByteView(*shared) : ByteView(zeros_), transcript_->hash());
  }

  std::shared_ptr<crypto::Context> context_;
  crypto::Random random_;
  crypto::KeyAgreement agreement_;
  std::optional<session::HandshakeTranscript> transcript_;
  std::optional<crypto::KeySchedule> schedule_;
  std::optional<PacketMaker> out_, in_;
  PacketNumber number_;
  static constexpr std::array<std::byte, 32> zeros_{};
};

/// A client that means ill, against a Listener.
class HostileClient : public HostileHandshake {
 public:
  explicit HostileClient(std::uint64_t seed)
      : HostileHandshake(seed), credentials_(client_credentials(seed + 2)) {
    hello.versions = {wire::protocol_version};
    random_.fill(hello.random);
    hello.cid = {random_.u64()};
    hello.groups = {wire::Group::x25519};
    hello.share = Bytes(agreement_.share().begin(), agreement_.share().end());
    hello.signature_algorithms = {wire::SignatureAlgorithm::ed25519};
  }
  wire::Hello hello;
  Bytes hello_packet() const { return clear_packet(wire::PacketKind::hello, hello); }

  /// Reads what the server sends. True once its flight is here.
  bool hear(ByteView datagram) {
    const auto kind = wire::packet_kind(datagram);
    if (kind == wire::PacketKind::server_hello && !in_) begin(datagram);
    if (kind == wire::PacketKind::handshake && in_ && !ready_) take(datagram);
    return ready_;
  }
  bool ready() const { return ready_; }
  std::optional<wire::Retry> retry_in(ByteView datagram) const {
    const auto packet = wire::decode<wire::ClearPacket>(datagram);
    if (!packet || packet->kind != wire::PacketKind::retry) return std::nullopt;
    const auto retry = wire::decode<wire::Retry>(packet->body);
    return retry ? std::optional(*retry) : std::nullopt;
  }

  Bytes say_parameters(const wire::Parameters& parameters) { return say(parameters); }
  Bytes say_identity() { return say(wire::ClientIdentity{credentials_.identity->public_key().der()}); }
  Bytes say_verify() {
    return HostileHandshake::say_verify(*credentials_.identity, session::client_verify_label);
  }
  Bytes say_finished() {
    return say(wire::ClientFinished{crypto::finished_mac(*context_, secrets_.client, transcript_->hash())});
  }
  /// All four, as an honest client says them.
  Bytes say_all(const wire::Parameters& parameters) {
    Bytes stream = say_parameters(parameters);
    for (const Bytes& part : {say_identity(), say_verify(), say_finished()}) {
      stream.insert(stream.end(), part.begin(), part.end());
    }
    return stream;
  }
  /// A Protected packet under the traffic keys.
  Bytes seal_protected(ByteView frames, PacketNumber number) {
    return traffic_->seal(frames, {.destination = peer_id}, number);
  }

 private:
  void begin(ByteView datagram) {
    const auto packet = wire::decode<wire::ClearPacket>(datagram);
    const auto answer =
        packet ? wire::decode<wire::ServerHello>(packet->body) : std::unexpected(wire::DecodeError{});
    if (!answer) return;
    transcript_.emplace(*context_, std::nullopt, wire::encode(hello));
    transcript_->add(wire::Wire<wire::ServerHello>::type, packet->body);
    agree(answer->share, secrets_);
    peer_id = answer->cid;
    out_.emplace(context_, secrets_.client);
    in_.emplace(context_, secrets_.server);
  }
  void take(ByteView datagram) {
    const auto opened = in_->open(datagram, {0});
    if (!opened) return;
    wire::read_all<wire::Frames>(opened->frames, [this]<class F>(const F& frame) {
      if constexpr (std::is_same_v<F, wire::HandshakeData>) {
        if (frame.offset != heard_.size()) return;
        heard_.insert(heard_.end(), frame.data.begin(), frame.data.end());
      }
    });
    // The last message is ServerFinished.
    ByteView rest = heard_;
    std::uint64_t last = 0;
    while (!rest.empty()) {
      const auto extent = wire::next_message(rest, wire::max_handshake_stream);
      if (!extent || !*extent) return;
      last = (*extent)->type;
      rest = rest.subspan((*extent)->header + (*extent)->body);
    }
    if (last != wire::Wire<wire::ServerFinished>::type) return;
    transcript_->add_framed(heard_);
    traffic_.emplace(context_, schedule_->application(transcript_->hash()).traffic.client);
    ready_ = true;
  }

  session::ClientCredentials credentials_;
  crypto::TrafficSecrets secrets_;
  std::optional<PacketMaker> traffic_;
  Bytes heard_;
  bool ready_ = false;
};

/// A server that means ill, against a client's Session.
class HostileServer : public HostileHandshake {
 public:
  explicit HostileServer(std::uint64_t seed)
      : HostileHandshake(seed), credentials_(server_credentials(seed + 2)) {
    own_id = {random_.u64()};
  }
  ConnectionId own_id;

  /// The ServerHello that answers; `change` may spoil it before it counts.
  Bytes answer(ByteView hello_datagram, const std::function<void(wire::ServerHello&)>& change = {}) {
    const auto packet = wire::decode<wire::ClearPacket>(hello_datagram);
    const auto hello =
        packet ? wire::decode<wire::Hello>(packet->body) : std::unexpected(wire::DecodeError{});
    if (!hello) return {};
    wire::ServerHello answer{.version = wire::protocol_version,
                             .group = wire::Group::x25519,
                             .client_cid = hello->cid,
                             .cid = own_id,
                             .share = Bytes(agreement_.share().begin(), agreement_.share().end())};
    random_.fill(answer.random);
    if (change) change(answer);
    const Bytes body = wire::encode(answer);
    transcript_.emplace(*context_, std::nullopt, packet->body);
    transcript_->add(wire::Wire<wire::ServerHello>::type, body);
    agree(hello->share, secrets_);
    peer_id = hello->cid;
    out_.emplace(context_, secrets_.server);
    return wire::encode(wire::ClearPacket{.kind = wire::PacketKind::server_hello, .body = body});
  }
  Bytes say_parameters(const wire::Parameters& parameters) { return say(parameters); }
  Bytes say_identity() { return say(wire::ServerIdentity{credentials_.chain->certificates()}); }
  Bytes say_verify() {
    return HostileHandshake::say_verify(*credentials_.identity, session::server_verify_label);
  }
  Bytes say_finished() {
    return say(wire::ServerFinished{crypto::finished_mac(*context_, secrets_.server, transcript_->hash())});
  }

 private:
  session::ServerCredentials credentials_;
  crypto::TrafficSecrets secrets_;
};

}  // namespace avocet::test
