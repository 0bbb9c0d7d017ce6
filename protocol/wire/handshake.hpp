#pragma once

#include <array>
#include <cstdint>
#include <vector>

#include "protocol/base/ids.hpp"
#include "protocol/wire/codec.hpp"

/// The messages of the handshake: those in the clear are the bodies of ClearPackets, the others follow each
/// other on the HANDSHAKE stream of Handshake packets as type, length, body.
namespace avocet::wire {

/// Key agreement groups, numbers as in TLS 1.3 (RFC 8446 section 4.2.7).
enum class Group : std::uint16_t { secp256r1 = 0x0017, x25519 = 0x001d };
/// Signature algorithms, numbers as in TLS 1.3 (RFC 8446 section 4.2.3).
enum class SignatureAlgorithm : std::uint16_t { rsa_pss_rsae_sha256 = 0x0804, ed25519 = 0x0807 };

/// An entry of the list that ends Parameters and every service message: how the protocol grows. Unknown ones
/// are skipped.
struct Extension {
  std::uint64_t type = 0;
  Bytes value;
  bool operator==(const Extension&) const = default;
};
template <>
struct Wire<Extension> {
  static constexpr std::string_view name = "Extension", meaning = "something that this version does not know";
  static constexpr std::tuple fields{Field{"type", &Extension::type, varint, "what it is"},
                                     Field{"value", &Extension::value, blob<1024>, "its value"}};
};
using Extensions = std::vector<Extension>;
inline constexpr auto extensions = counted<16>(nested<Extension>);

struct Hello {
  std::vector<std::uint32_t> versions;
  std::array<std::byte, 32> random{};
  ConnectionId cid;
  std::vector<Group> groups;
  Group share_group = Group::x25519;
  Bytes share;
  std::vector<SignatureAlgorithm> signature_algorithms;
  std::optional<Bytes> token;
  std::optional<Bytes> ticket;
  std::optional<std::array<std::byte, 48>> binder;
  bool operator==(const Hello&) const = default;
};
template <>
struct Wire<Hello> {
  static constexpr std::uint64_t type = 0x02;
  static constexpr std::string_view name = "Hello", meaning = "client: wants a connection";
  static constexpr std::tuple fields{
      Field{"versions", &Hello::versions, counted<8>(u32),
            "protocol versions that the client speaks, best first"},
      Field{"random", &Hello::random, bytes<32>, "fresh for each connection"},
      Field{"cid", &Hello::cid, u64, "connection id for packets to the client"},
      Field{"groups", &Hello::groups, counted<8>(u16), "key agreement groups, best first"},
      Field{"share_group", &Hello::share_group, u16, "group of the share, one of groups"},
      Field{"share", &Hello::share, blob<128>, "the client's ephemeral public key"},
      Field{"signature_algorithms", &Hello::signature_algorithms, counted<8>(u16),
            "signatures that the client verifies"},
      Field{"token", &Hello::token, optional(blob<256>), "a Retry's cookie or an address token"},
      Field{"ticket", &Hello::ticket, optional(blob<512>), "resumes an earlier connection"},
      Field{"binder", &Hello::binder, optional(bytes<48>), "proves possession of the ticket's secret"}};
};

struct Retry {
  ConnectionId client_cid;
  Bytes cookie;
  bool operator==(const Retry&) const = default;
};
template <>
struct Wire<Retry> {
  static constexpr std::uint64_t type = 0x03;
  static constexpr std::string_view name = "Retry", meaning = "server: say Hello again with this cookie";
  static constexpr std::tuple fields{
      Field{"client_cid", &Retry::client_cid, u64, "the Hello's cid"},
      Field{"cookie", &Retry::cookie, blob<256>, "to be returned as the token"}};
};

enum class RefuseReason : std::uint8_t {
  version = 0,
  group = 1,
  signature_algorithm = 2,
  busy = 3,
  shutting_down = 4
};

struct Refuse {
  ConnectionId client_cid;
  RefuseReason reason = RefuseReason::version;
  std::vector<std::uint32_t> versions;
  bool operator==(const Refuse&) const = default;
};
template <>
struct Wire<Refuse> {
  static constexpr std::uint64_t type = 0x04;
  static constexpr std::string_view name = "Refuse",
                                    meaning = "server: no; only a hint, since nothing protects it";
  static constexpr std::tuple fields{
      Field{"client_cid", &Refuse::client_cid, u64, "the Hello's cid"},
      Field{"reason", &Refuse::reason, u8,
            "0 version, 1 group, 2 signature algorithm, 3 busy, 4 shutting down"},
      Field{"versions", &Refuse::versions, counted<8>(u32), "protocol versions that the server speaks"}};
};

struct ServerHello {
  std::uint32_t version = 0;
  Group group = Group::x25519;
  std::array<std::byte, 32> random{};
  ConnectionId client_cid;
  ConnectionId cid;
  Bytes share;
  bool resumed = false;
  bool operator==(const ServerHello&) const = default;
};
template <>
struct Wire<ServerHello> {
  static constexpr std::uint64_t type = 0x05;
  static constexpr std::string_view name = "ServerHello", meaning = "server: these are the keys";
  static constexpr std::tuple fields{
      Field{"version", &ServerHello::version, u32, "the version chosen"},
      Field{"group", &ServerHello::group, u16, "the group of both shares"},
      Field{"random", &ServerHello::random, bytes<32>, "fresh for each connection"},
      Field{"client_cid", &ServerHello::client_cid, u64, "the Hello's cid: which connection this answers"},
      Field{"cid", &ServerHello::cid, u64, "connection id for packets to the server"},
      Field{"share", &ServerHello::share, blob<128>, "the server's ephemeral public key"},
      Field{"resumed", &ServerHello::resumed, u8, "1: the ticket was taken, no identities follow"}};
};

using ClearMessages = Registry<Hello, Retry, Refuse, ServerHello>;

struct Parameters {
  Duration idle_timeout{};
  std::uint64_t max_data = 0;
  std::uint64_t max_stream_data = 0;
  std::uint64_t max_streams = 0;
  std::uint16_t max_datagram = 0;
  Duration max_ack_delay{};
  std::uint8_t max_ids = 0;
  std::array<std::byte, 16> reset_token{};
  Extensions extensions;
  bool operator==(const Parameters&) const = default;
};
template <>
struct Wire<Parameters> {
  static constexpr std::uint64_t type = 0x10;
  static constexpr std::string_view name = "Parameters", meaning = "what the sender is ready to receive";
  static constexpr std::tuple fields{
      Field{"idle_timeout", &Parameters::idle_timeout, varint_us,
            "silence after which the sender forgets the connection, us"},
      Field{"max_data", &Parameters::max_data, varint,
            "stream bytes that may be sent to it at first, in all"},
      Field{"max_stream_data", &Parameters::max_stream_data, varint, "and on each stream"},
      Field{"max_streams", &Parameters::max_streams, varint, "streams that the peer may open at first"},
      Field{"max_datagram", &Parameters::max_datagram, u16, "largest datagram that it takes, bytes"},
      Field{"max_ack_delay", &Parameters::max_ack_delay, varint_us,
            "longest time that it holds an acknowledgement, us"},
      Field{"max_ids", &Parameters::max_ids, u8, "connection ids of the peer's that it keeps"},
      Field{"reset_token", &Parameters::reset_token, bytes<16>,
            "what a Reset for the handshake's id ends in"},
      Field{"extensions", &Parameters::extensions, wire::extensions, "what later versions add"}};
  // AV-DGM-4
  static constexpr bool valid(const Parameters& p) { return p.max_datagram >= 1200; }
};

struct ServerIdentity {
  std::vector<Bytes> chain;
  bool operator==(const ServerIdentity&) const = default;
};
template <>
struct Wire<ServerIdentity> {
  static constexpr std::uint64_t type = 0x11;
  static constexpr std::string_view name = "ServerIdentity", meaning = "the server's certificates";
  static constexpr std::tuple fields{
      Field{"chain", &ServerIdentity::chain, counted<8>(blob<8192>), "X.509 in DER, the server's own first"}};
};

struct ServerVerify {
  SignatureAlgorithm algorithm = SignatureAlgorithm::ed25519;
  Bytes signature;
  bool operator==(const ServerVerify&) const = default;
};
template <>
struct Wire<ServerVerify> {
  static constexpr std::uint64_t type = 0x12;
  static constexpr std::string_view name = "ServerVerify",
                                    meaning = "proof that the server holds the certificate's key";
  static constexpr std::tuple fields{
      Field{"algorithm", &ServerVerify::algorithm, u16, "of the signature"},
      Field{"signature", &ServerVerify::signature, blob<512>, "over the transcript so far"}};
};

struct ServerFinished {
  std::array<std::byte, 48> mac{};
  bool operator==(const ServerFinished&) const = default;
};
template <>
struct Wire<ServerFinished> {
  static constexpr std::uint64_t type = 0x13;
  static constexpr std::string_view name = "ServerFinished",
                                    meaning = "seals the server's side of the handshake";
  static constexpr std::tuple fields{
      Field{"mac", &ServerFinished::mac, bytes<48>, "HMAC over the transcript so far"}};
};

struct ClientIdentity {
  Bytes public_key;
  bool operator==(const ClientIdentity&) const = default;
};
template <>
struct Wire<ClientIdentity> {
  static constexpr std::uint64_t type = 0x14;
  static constexpr std::string_view name = "ClientIdentity", meaning = "the client's public key";
  static constexpr std::tuple fields{
      Field{"public_key", &ClientIdentity::public_key, blob<1024>, "SubjectPublicKeyInfo in DER (RFC 5280)"}};
};

struct ClientVerify {
  SignatureAlgorithm algorithm = SignatureAlgorithm::ed25519;
  Bytes signature;
  bool operator==(const ClientVerify&) const = default;
};
template <>
struct Wire<ClientVerify> {
  static constexpr std::uint64_t type = 0x15;
  static constexpr std::string_view name = "ClientVerify", meaning = "proof that the client holds that key";
  static constexpr std::tuple fields{
      Field{"algorithm", &ClientVerify::algorithm, u16, "of the signature"},
      Field{"signature", &ClientVerify::signature, blob<512>, "over the transcript so far"}};
};

struct ClientFinished {
  std::array<std::byte, 48> mac{};
  bool operator==(const ClientFinished&) const = default;
};
template <>
struct Wire<ClientFinished> {
  static constexpr std::uint64_t type = 0x16;
  static constexpr std::string_view name = "ClientFinished",
                                    meaning = "seals the client's side of the handshake";
  static constexpr std::tuple fields{
      Field{"mac", &ClientFinished::mac, bytes<48>, "HMAC over the transcript so far"}};
};

using HandshakeMessages = Registry<Parameters, ServerIdentity, ServerVerify, ServerFinished, ClientIdentity,
                                   ClientVerify, ClientFinished>;
/// Bytes that one side may send on the handshake stream.
inline constexpr std::size_t max_handshake_stream = 16384;

}  // namespace avocet::wire
