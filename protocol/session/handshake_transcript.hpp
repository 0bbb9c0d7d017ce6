#pragma once

#include <expected>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "protocol/base/entropy.hpp"
#include "protocol/crypto/hash.hpp"
#include "protocol/crypto/key_schedule.hpp"
#include "protocol/crypto/public_key.hpp"
#include "protocol/session/config.hpp"
#include "protocol/session/handshake_hello.hpp"
#include "protocol/session/handshake_result.hpp"
#include "protocol/wire/handshake.hpp"

/// What both sides of a handshake share: the transcript, the labels, and the reading of messages.
namespace avocet::session {

/// What keeps the two signatures of a handshake apart (crypto::signed_content).
inline constexpr std::string_view server_verify_label = "avocet1 server verify";
inline constexpr std::string_view client_verify_label = "avocet1 client verify";

/// Stands in the transcript for a first Hello that was answered by a Retry, as message_hash does in RFC 8446
/// section 4.4.1. No message on the wire has this type.
inline constexpr std::uint64_t message_hash_type = 0xfe;

/// Hash of a Hello by itself: what a cookie carries, and what a Retry puts in the place of the first Hello.
crypto::Hash hello_hash(const crypto::Context&, ByteView body);

/// The hash of all messages so far. Each goes in as type (varint) | length of the body (varint) | body, those
/// in the clear too, so that no two sequences of messages read the same.
class HandshakeTranscript {
 public:
  /// Begins with a Hello; after a Retry with the hash of the first Hello, the Retry and the second Hello.
  HandshakeTranscript(const crypto::Context&, const std::optional<AfterRetry>&, ByteView hello);

  /// A message of type T by its body.
  void add(std::uint64_t type, ByteView body);
  /// Messages that are framed already.
  void add_framed(ByteView messages) { running_.add(messages); }
  /// A message of ours, which goes to the peer too.
  template <wire::Declared T>
  void send(const T& message, Bytes& output) {
    const Bytes framed = wire::frame_message(message);
    add_framed(framed);
    output.insert(output.end(), framed.begin(), framed.end());
  }
  crypto::Hash hash() const { return running_.hash(); }

 private:
  crypto::Transcript running_;
};

/// Bytes that a binder has at the end of a Hello.
inline constexpr std::size_t binder_size = crypto::hash_size;
/// What shows that the sender of a Hello has the ticket's secret: a MAC over the transcript up to the binder,
/// which is the last thing in the Hello's body.
crypto::Hash make_binder(const crypto::Context&, const crypto::ScheduleSecret& ticket_secret,
                         const std::optional<AfterRetry>&, ByteView hello);

/// Cuts the bytes of a handshake stream into messages.
class MessageReader {
 public:
  /// A whole message: its body, and all of it as the transcript takes it.
  struct Message {
    std::uint64_t type = 0;
    ByteView body, framed;
  };
  /// Appends bytes. False when the stream is longer than max_handshake_stream.
  bool feed(ByteView);
  /// The next whole message, good until the next feed(). Nothing when more bytes are needed.
  std::expected<std::optional<Message>, HandshakeFailure> next();
  /// Bytes that are not a whole message yet.
  std::size_t left() const { return bytes_.size() - taken_; }

 private:
  Bytes bytes_;
  std::size_t taken_ = 0, total_ = 0;
};

/// A handshake that does not go on because of what the peer sent.
std::unexpected<HandshakeFailure> failed(std::string reason);
/// A message that came when another was due, or none.
std::unexpected<HandshakeFailure> out_of_order(std::uint64_t due, std::uint64_t type);
inline constexpr std::uint64_t nothing_due = ~std::uint64_t{0};

/// One whole message from its body.
template <wire::Declared T>
std::expected<T, HandshakeFailure> read_body(ByteView body) {
  auto message = wire::decode<T>(body);
  if (message) return std::move(*message);
  const auto& [fault, field, offset] = message.error();
  return std::unexpected(HandshakeFailure{wire::CloseCode::handshake_failed,
                                          std::string(wire::Wire<T>::name) + " does not decode: field '" +
                                              std::string(field) + "' is " + std::string(to_string(fault))});
}

/// Whether a signature over the transcript so far is by `key`, and of its kind.
std::expected<void, HandshakeFailure> verify_signature(const crypto::Context&, const crypto::PublicKey& key,
                                                       wire::SignatureAlgorithm, ByteView signature,
                                                       std::string_view label, const HandshakeTranscript&);
/// Whether `mac` is the Finished of the side with that handshake secret, for the transcript so far.
std::expected<void, HandshakeFailure> verify_mac(const crypto::Context&, const crypto::ScheduleSecret&,
                                                 ByteView mac, const HandshakeTranscript&);
/// The same for the message.
template <class Finished>
std::expected<void, HandshakeFailure> verify_finished(const crypto::Context& context,
                                                      const crypto::ScheduleSecret& secret, ByteView body,
                                                      const HandshakeTranscript& transcript) {
  const auto message = read_body<Finished>(body);
  if (!message) return std::unexpected(message.error());
  return verify_mac(context, secret, message->mac, transcript);
}

/// Whether a client trusts a server with these certificates now.
std::expected<void, HandshakeFailure> check_trust(const crypto::Context&, const Trust&,
                                                  const crypto::CertificateChain&, UnixTime calendar);

/// Parameters that say what `config` is ready to receive.
wire::Parameters parameters_of(const Config& config, std::span<const std::byte, 16> reset_token);

/// Whether what the peer says of itself can be worked with (section 6.2 of the specification).
std::expected<void, HandshakeFailure> check_parameters(const wire::Parameters&);
/// The same of the body of a Parameters message, which is kept in `out`.
std::expected<void, HandshakeFailure> take_parameters(ByteView body, wire::Parameters& out);

/// Connection ids and handshake secrets as lines for the key log.
void log_handshake(std::vector<std::string>& lines, ByteView client_random, ConnectionId client,
                   ConnectionId server, const crypto::TrafficSecrets&);
/// Traffic secrets of generation 0 and the exporter's.
void log_application(std::vector<std::string>& lines, ByteView client_random, const HandshakeResult&);

}  // namespace avocet::session
