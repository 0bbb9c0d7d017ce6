#include "tests/vectors/follower.hpp"

#include <algorithm>
#include <array>
#include <stdexcept>

#include "protocol/crypto/hkdf.hpp"
#include "protocol/crypto/key_agreement.hpp"
#include "protocol/crypto/key_log.hpp"
#include "protocol/session/packet_protection.hpp"

namespace avocet::test {
namespace {

using wire::Wire;

const crypto::Hash zeros{};

std::string name_of(std::uint64_t type) {
  std::string name;
  wire::HandshakeMessages::for_each([&]<class T>(std::type_identity<T>) {
    if (Wire<T>::type == type) name = Wire<T>::name;
  });
  return name;
}

}  // namespace

Follower::Follower(const Conversation& told) : told_(told) {}

std::string Follower::text() {
  note("Private keys: Ed25519 (RFC 8032) of the identities, X25519 (RFC 7748) of the shares");
  value("client identity private key", told_.client_identity);
  value("server identity private key", told_.server_identity);
  value("client share private key", told_.client_share);
  value("server share private key", told_.server_share);
  if (told_.ticket_secret != crypto::ScheduleSecret()) {
    note("The secret of the ticket, as both have it from the connection before");
    value("ticket secret", told_.ticket_secret);
  }
  for (std::size_t i = 0; i < told_.datagrams.size(); ++i) datagram(i + 1, told_.datagrams[i]);
  note("The next generation, as a key update makes it");
  next_generation(client_);
  next_generation(server_);
  return text_;
}

void Follower::note(const std::string& line) { text_ += "\n# " + line + "\n"; }

void Follower::value(const std::string& name, ByteView bytes) {
  constexpr std::size_t per_line = 48;
  text_ += name + ":\n";
  for (std::size_t at = 0; at < bytes.size(); at += per_line) {
    text_ += "  " + to_hex(bytes.subspan(at, std::min(per_line, bytes.size() - at))) + "\n";
  }
}

void Follower::datagram(std::size_t number, const Captured& one) {
  const auto kind = wire::packet_kind(one.bytes).value();
  std::string name = "Protected";
  wire::ClearMessages::for_each([&]<class T>(std::type_identity<T>) {
    if (Wire<T>::type == static_cast<std::uint64_t>(kind)) name = Wire<T>::name;
  });
  if (kind == wire::PacketKind::handshake) name = "Handshake";
  note("Datagram " + std::to_string(number) + ": " + name);
  value("datagram " + std::to_string(number) + " from " + (one.from_client ? "client" : "server"), one.bytes);
  if (kind == wire::PacketKind::handshake || kind == wire::PacketKind::protected_)
    return on_sealed(number, one);
  on_clear(one);
}

void Follower::on_clear(const Captured& one) {
  const auto packet = wire::decode<wire::ClearPacket>(one.bytes).value();
  const Bytes body(packet.body.begin(), packet.body.end());
  if (packet.kind == wire::PacketKind::server_hello) return on_server_hello(body);
  if (packet.kind == wire::PacketKind::retry) {
    before_second_ = {session::hello_hash(context_, hello_), body};
    value("hash of the first Hello", before_second_->first_hello);
  } else {
    on_hello(hello_ = body);
  }
}

void Follower::on_hello(ByteView body) {
  const auto hello = wire::decode<wire::Hello>(body).value();
  if (!hello.binder) return;
  const crypto::KeySchedule schedule(context_, told_.ticket_secret);
  value("binder secret", schedule.binder());
  const crypto::Hash binder = session::make_binder(context_, told_.ticket_secret, before_second_, body);
  if (binder != *hello.binder) throw std::runtime_error("the binder is of another secret");
  value("binder", binder);
}

void Follower::on_server_hello(ByteView body) {
  transcript_.emplace(context_, before_second_, hello_);
  transcript_->add(Wire<wire::ServerHello>::type, body);
  value("transcript to ServerHello", transcript_->hash());

  const auto hello = wire::decode<wire::ServerHello>(body).value();
  const auto agreement =
      crypto::KeyAgreement::from_private(context_, wire::Group::x25519, told_.client_share.bytes()).value();
  const auto shared = agreement.agree(context_, hello.share).value();
  value("shared secret", shared);
  resumed_ = hello.resumed;
  secret_ = crypto::hkdf_extract(context_, zeros, resumed_ ? ByteView(told_.ticket_secret) : ByteView(zeros));
  value("early secret", secret_);
  const auto salt = derive("derived", empty_hash());
  value("derived for handshake", salt);
  secret_ = crypto::hkdf_extract(context_, salt, shared);
  value("handshake secret", secret_);
  client_.handshake = derive("c hs traffic", transcript_->hash());
  server_.handshake = derive("s hs traffic", transcript_->hash());
  must_be_logged(crypto::key_log::client_handshake, client_.handshake);
  must_be_logged(crypto::key_log::server_handshake, server_.handshake);
  for (Side* side : {&client_, &server_}) {
    value(side->name + " handshake secret", side->handshake);
    keys(*side, "handshake", side->handshake, side->handshake_key);
    crypto::ScheduleSecret finished;
    crypto::expand_label(context_, side->handshake, "finished", {}, finished.bytes());
    value(side->name + " finished key", finished);
  }
}

void Follower::on_sealed(std::size_t number, const Captured& one) {
  Side& side = one.from_client ? client_ : server_;
  const bool handshake = wire::packet_kind(one.bytes) == wire::PacketKind::handshake;
  const crypto::PacketKey& key = handshake ? side.handshake_key : side.traffic_key;
  session::PacketProtection protection(*wire::packet_kind(one.bytes), crypto::Sealer(context_, key),
                                       crypto::Opener(context_, key));
  Bytes copy = one.bytes;
  const auto opened = protection.open(copy);
  if (!opened) throw std::runtime_error("datagram " + std::to_string(number) + " does not open");
  value("datagram " + std::to_string(number) + " frames", opened->frames);
  if (!handshake) {
    if (!one.from_client) on_ticket(told_.tickets.at(0));
    return;
  }

  wire::read_all<wire::Frames>(opened->frames, [&]<class Frame>(const Frame& frame) {
    if constexpr (std::is_same_v<Frame, wire::HandshakeData>) {
      side.stream.insert(side.stream.end(), frame.data.begin(), frame.data.end());
    }
  });
  for (;;) {
    const ByteView rest = ByteView(side.stream).subspan(side.read);
    const auto extent = wire::next_message(rest, wire::max_handshake_stream).value();
    if (!extent) return;
    const auto& [type, header, body] = *extent;
    side.read += header + body;
    on_message(side, type, rest.subspan(header, body), rest.first(header + body));
  }
}

void Follower::on_message(Side& side, std::uint64_t type, ByteView body, ByteView framed) {
  if (type == Wire<wire::ServerVerify>::type || type == Wire<wire::ClientVerify>::type) {
    const bool server = type == Wire<wire::ServerVerify>::type;
    const auto label = server ? session::server_verify_label : session::client_verify_label;
    value(side.name + " signed content", crypto::signed_content(label, transcript_->hash()));
    value(side.name + " signature", wire::decode<wire::ServerVerify>(body).value().signature);
  }
  if (type == Wire<wire::ServerFinished>::type || type == Wire<wire::ClientFinished>::type) {
    const crypto::Hash mac = crypto::finished_mac(context_, side.handshake, transcript_->hash());
    if (!std::ranges::equal(body, mac)) throw std::runtime_error("a Finished does not verify");
    value(side.name + " Finished", mac);
  }
  transcript_->add_framed(framed);
  const std::string which = type == Wire<wire::Parameters>::type ? side.name + " Parameters" : name_of(type);
  value("transcript to " + which, transcript_->hash());
  if (type == Wire<wire::ServerFinished>::type) on_server_finished();
  if (type == Wire<wire::ClientFinished>::type) on_client_finished();
}

void Follower::on_server_finished() {
  const auto salt = derive("derived", empty_hash());
  value("derived for master", salt);
  secret_ = crypto::hkdf_extract(context_, salt, zeros);
  value("master secret", secret_);
  client_.traffic = derive("c ap traffic", transcript_->hash());
  server_.traffic = derive("s ap traffic", transcript_->hash());
  must_be_logged(std::string(crypto::key_log::client_traffic) + "0", client_.traffic);
  must_be_logged(std::string(crypto::key_log::server_traffic) + "0", server_.traffic);
  for (Side* side : {&client_, &server_}) {
    value(side->name + " traffic secret 0", side->traffic);
    keys(*side, "traffic", side->traffic, side->traffic_key);
  }
  const auto exporter = derive("exp master", transcript_->hash());
  must_be_logged(crypto::key_log::exporter, exporter);
  value("exporter secret", exporter);
}

void Follower::on_client_finished() {
  resumption_ = derive("res master", transcript_->hash());
  value("resumption secret", resumption_);
}

void Follower::on_ticket(const session::Resumption& given) {
  value("ticket", given.ticket);
  const auto own = crypto::ticket_secret(context_, resumption_, given.ticket);
  if (own != given.secret) throw std::runtime_error("the implementation keeps another secret for the ticket");
  value("secret of that ticket", own);
}

void Follower::keys(const Side& side, const std::string& what, const crypto::ScheduleSecret& secret,
                    crypto::PacketKey& out) {
  out = crypto::packet_key(context_, secret);
  value(side.name + " " + what + " key", out.key);
  value(side.name + " " + what + " iv", out.iv);
}

void Follower::next_generation(const Side& side) {
  const auto next = crypto::next_generation(context_, side.traffic);
  value(side.name + " traffic secret 1", next);
  const crypto::PacketKey key = crypto::packet_key(context_, next);
  value(side.name + " traffic key 1", key.key);
  value(side.name + " traffic iv 1", key.iv);
}

void Follower::must_be_logged(std::string_view label, ByteView secret) const {
  const std::string ending = " " + to_hex(secret);
  const auto is = [&](const std::string& line) {
    return line.starts_with(std::string(label) + " ") && line.ends_with(ending);
  };
  if (std::ranges::none_of(told_.key_log, is)) {
    throw std::runtime_error("the implementation used another secret than " + std::string(label));
  }
}

crypto::ScheduleSecret Follower::derive(std::string_view label, const crypto::Hash& transcript) const {
  crypto::ScheduleSecret out;
  crypto::expand_label(context_, secret_, label, transcript, out.bytes());
  return out;
}

}  // namespace avocet::test
