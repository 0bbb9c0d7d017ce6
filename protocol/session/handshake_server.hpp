#pragma once

#include <expected>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "protocol/crypto/reset_token.hpp"
#include "protocol/session/config.hpp"
#include "protocol/session/handshake_hello.hpp"
#include "protocol/session/handshake_result.hpp"
#include "protocol/session/message_sequence.hpp"

namespace avocet::session {

/// The server's side of one handshake: messages only, no packets and no timers. Its owner keeps the
/// ServerHello and the output for retransmission, brings the client's bytes in order, and drops it when
/// result() is there.
class ServerHandshake {
 public:
  /// Answers a Hello: signs, so it is expensive. Fails when the client's share is not acceptable; the Hello
  /// is then best dropped, for nothing protects it.
  static std::expected<ServerHandshake, HandshakeFailure> answer(const Config&, const ServerCredentials&,
                                                                 crypto::Random&, const CheckedHello&,
                                                                 ConnectionId own, const crypto::ResetToken&);

  ConnectionId client_cid() const { return client_cid_; }
  /// Body of the ServerHello.
  ByteView server_hello() const { return server_hello_; }
  /// Bytes for the handshake stream that were not taken yet: all of them are there from the start.
  Bytes take_output() { return std::exchange(output_, {}); }
  /// Keys of Handshake packets. Once.
  HandshakeKeys take_keys() { return std::move(keys_); }
  /// What is known before the client has answered. The server may seal with these traffic secrets at once,
  /// but must not accept what it opens with them before result() is there. Of a resumed handshake it also
  /// says who the client claims to be.
  const HandshakeResult& early_result() const { return result_; }

  /// The next bytes of the client's handshake stream. After a failure nothing more may be brought.
  std::expected<void, HandshakeFailure> on_data(ByteView);
  /// Null until ClientFinished has verified.
  const HandshakeResult* result() const { return incoming_.complete() ? &result_ : nullptr; }
  /// Lines for the key log that were not taken yet; none unless Config::key_log.
  std::vector<std::string> take_key_log() { return std::exchange(key_log_, {}); }

 private:
  ServerHandshake(const ServerCredentials&, const CheckedHello&, HandshakeTranscript, crypto::KeySchedule,
                  const crypto::TrafficSecrets&, Bytes server_hello);
  void resume(const OpenedTicket&);
  void send_flight(const Config&, const ServerCredentials&, const crypto::ResetToken&);
  std::expected<void, HandshakeFailure> on_message(std::uint64_t type, ByteView body);
  std::expected<void, HandshakeFailure> on_identity(ByteView body);
  std::expected<void, HandshakeFailure> on_verify(ByteView body);

  std::shared_ptr<crypto::Context> context_;
  ConnectionId client_cid_;
  Bytes server_hello_;
  HandshakeTranscript transcript_;
  crypto::KeySchedule schedule_;
  crypto::TrafficSecrets secrets_;  // of the handshake
  HandshakeKeys keys_;
  MessageSequence incoming_;
  HandshakeResult result_;
  std::optional<crypto::PublicKey> client_key_;
  Bytes output_;
  std::vector<std::string> key_log_;
};

}  // namespace avocet::session
