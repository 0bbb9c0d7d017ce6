#include "protocol/session/opening.hpp"

namespace avocet::session {
namespace {

class ClientOpening final : public Opening {
 public:
  ClientOpening(const Config& config, ClientCredentials credentials, crypto::Random& random, ConnectionId own,
                UnixTime calendar)
      : handshake_(config, std::move(credentials), random, own, calendar) {
    say_hello();
  }

  Outcome on_clear(wire::PacketKind kind, ByteView body) override {
    if (kind == wire::PacketKind::refuse) return handshake_.on_refuse(body), Outcome::ignored;  // AV-HS-12
    if (kind == wire::PacketKind::retry && handshake_.on_retry(body)) return say_hello(), Outcome::heard;
    if (kind == wire::PacketKind::server_hello && !handshake_.chosen()) handshake_.on_server_hello(body);
    return Outcome::ignored;  // anybody can have sent it: only a Handshake packet proves a ServerHello
  }

  const HandshakeResult* result() const override { return handshake_.result(); }
  std::vector<std::string> take_key_log() override { return handshake_.take_key_log(); }
  std::string hint() const override { return handshake_.refusal(); }
  bool answered() const override { return handshake_.chosen() || handshake_.candidates() > 0; }

 private:
  void say_hello() {
    flight_.set_clear(wire::PacketKind::hello, {handshake_.hello().begin(), handshake_.hello().end()});
  }

  bool settle(ByteSpan packet) override {
    wire::Reader reader(packet);
    wire::SealedHeader header;
    wire::read_fields(reader, header);
    if (!reader.ok() || header.kind != wire::PacketKind::handshake) return false;
    for (std::size_t i = 0; i < handshake_.candidates(); ++i) {  // AV-HS-19
      Bytes copy(packet.begin(), packet.end());                  // a wrong key wipes what it is tried on
      const ByteSpan body = ByteSpan(copy).subspan(wire::sealed_header_size);
      if (!handshake_.opener(i).open({header.number_low}, packet.first(wire::sealed_header_size), body))
        continue;
      ClientHandshake::Chosen chosen = handshake_.choose(i);
      peer_id_ = chosen.server_cid;
      protection_.emplace(wire::PacketKind::handshake, std::move(chosen.keys.sealer),
                          std::move(chosen.keys.opener));
      flight_ = Flight();
      return true;
    }
    return false;
  }

  std::expected<void, HandshakeFailure> on_data(ByteView data) override {
    auto step = handshake_.on_data(data);
    flight_.append_stream(handshake_.take_output());
    return step;
  }

  ClientHandshake handshake_;
};

class ServerOpening final : public Opening {
 public:
  explicit ServerOpening(ServerHandshake handshake) : handshake_(std::move(handshake)) {
    peer_id_ = handshake_.client_cid();
    HandshakeKeys keys = handshake_.take_keys();
    protection_.emplace(wire::PacketKind::handshake, std::move(keys.sealer), std::move(keys.opener));
    const ByteView hello = handshake_.server_hello();
    flight_.set_clear(wire::PacketKind::server_hello, {hello.begin(), hello.end()});
    flight_.append_stream(handshake_.take_output());
  }

  Outcome on_clear(wire::PacketKind kind, ByteView) override {
    return kind == wire::PacketKind::hello ? Outcome::repeated : Outcome::ignored;
  }
  const HandshakeResult* result() const override { return handshake_.result(); }
  const HandshakeResult* early_result() const override { return &handshake_.early_result(); }
  std::vector<std::string> take_key_log() override { return handshake_.take_key_log(); }

 private:
  std::expected<void, HandshakeFailure> on_data(ByteView data) override { return handshake_.on_data(data); }

  ServerHandshake handshake_;
};

}  // namespace

Opening::Outcome Opening::on_sealed(ByteSpan packet) {
  if (!protection_ && !settle(packet)) return Outcome::ignored;
  const auto opened = protection_->open(packet);
  if (!opened) return Outcome::ignored;
  return on_frames(opened->frames);
}

Opening::Outcome Opening::on_frames(ByteView frames) {
  bool closed = false;
  std::optional<HandshakeFailure> failure;
  const auto refuse = [&](wire::CloseCode code, std::string reason) {
    if (!failure) failure = HandshakeFailure{code, std::move(reason)};
  };
  const wire::DecodeError error = wire::read_all<wire::Frames>(frames, [&]<class Frame>(const Frame& frame) {
    if constexpr (std::is_same_v<Frame, wire::HandshakeData>) {
      if (incoming_.insert(frame.offset, frame.data, false)) {
        refuse(wire::CloseCode::handshake_failed, "more handshake data than a handshake has");
      }
    } else if constexpr (std::is_same_v<Frame, wire::Close>) {
      refuse(static_cast<wire::CloseCode>(frame.code), frame.reason);
      closed = true;
    } else if constexpr (!std::is_same_v<Frame, wire::Padding>) {  // AV-PKT-15
      refuse(wire::CloseCode::protocol_violation, "a frame that Handshake packets must not carry");
    }
  });
  if (error.fault != wire::Fault::none)
    refuse(wire::CloseCode::frame_encoding, "a frame that does not decode");
  if (failure) {
    failure_ = std::move(*failure);
    return closed ? Outcome::closed : Outcome::failed;
  }

  const StreamRead read = incoming_.read();
  if (read.data.empty()) return Outcome::repeated;
  if (result() != nullptr) return Outcome::repeated;
  const auto step = on_data(read.data);
  if (step) return Outcome::heard;
  failure_ = step.error();
  return Outcome::failed;
}

std::size_t Opening::close(ByteSpan room, const wire::Close& close) {
  if (!protection_ || room.size() <= wire::sealed_overhead) return 0;
  wire::Writer frames(room.subspan(PacketProtection::payload_at, room.size() - wire::sealed_overhead));
  wire::write_typed(frames, close);
  if (!frames.ok() || !protection_->seal(room, frames.size(), peer_id_, number_, false)) return 0;
  ++number_;
  return frames.size() + wire::sealed_overhead;
}

std::unique_ptr<Opening> open_as_client(const Config& config, ClientCredentials credentials,
                                        crypto::Random& random, ConnectionId own, UnixTime calendar) {
  return std::make_unique<ClientOpening>(config, std::move(credentials), random, own, calendar);
}

std::expected<std::unique_ptr<Opening>, HandshakeFailure> open_as_server(
    const Config& config, const ServerCredentials& credentials, crypto::Random& random,
    const CheckedHello& hello, ConnectionId own, const crypto::ResetToken& token) {
  auto answered = ServerHandshake::answer(config, credentials, random, hello, own, token);
  if (!answered) return std::unexpected(std::move(answered.error()));
  return std::make_unique<ServerOpening>(std::move(*answered));
}

}  // namespace avocet::session
