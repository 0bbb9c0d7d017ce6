#pragma once

#include <expected>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "protocol/crypto/certificate_chain.hpp"
#include "protocol/crypto/key_agreement.hpp"
#include "protocol/session/config.hpp"
#include "protocol/session/handshake_result.hpp"
#include "protocol/session/message_sequence.hpp"

namespace avocet::session {

/// The client's side of one handshake: messages only, no packets and no timers. Its owner retransmits hello()
/// until a ServerHello is believed, tries Handshake packets against the candidates, brings the server's bytes
/// in order, and drops it when result() is there and the output is taken.
class ClientHandshake {
 public:
  /// ServerHellos that are held until one proves itself by a packet; anybody can forge one.
  static constexpr std::size_t max_server_hellos = 4;

  ClientHandshake(const Config&, ClientCredentials, crypto::Random&, ConnectionId own, UnixTime calendar);

  /// Body of the Hello to send now.
  ByteView hello() const { return hello_; }
  /// True when the Retry is the first and answers our Hello: hello() has changed.
  bool on_retry(ByteView body);
  /// Remembers why a server, or somebody in its name, said no. Changes nothing else.
  void on_refuse(ByteView body);
  /// A sentence about the last Refuse, for when the attempt times out; empty without one.
  const std::string& refusal() const { return refusal_; }

  /// Keys that a ServerHello would make. After a Retry there are two for each, because the server may have
  /// answered the first Hello too.
  struct Candidate {
    ConnectionId server_cid;
    HandshakeKeys keys;
    crypto::TrafficSecrets secrets;
    crypto::KeySchedule schedule;
    HandshakeTranscript transcript;
    bool resumed = false;
  };
  /// True when there is a new candidate.
  bool on_server_hello(ByteView body);
  std::size_t candidates() const { return candidates_.size(); }
  /// Opens a Handshake packet of the server with a candidate's key. Opening destroys what does not open: try
  /// each candidate on a copy.
  crypto::Opener& opener(std::size_t candidate) { return candidates_[candidate].keys.opener; }
  struct Chosen {
    ConnectionId server_cid;
    HandshakeKeys keys;
  };
  /// Settles on the candidate whose packet opened and forgets the others. Once.
  Chosen choose(std::size_t candidate);
  bool chosen() const { return chosen_.has_value(); }

  /// The next bytes of the server's handshake stream, after choose(). After a failure nothing more may be
  /// brought.
  std::expected<void, HandshakeFailure> on_data(ByteView);
  /// Bytes for the handshake stream that were not taken yet; all of them come at once, with the result.
  Bytes take_output() { return std::exchange(output_, {}); }
  /// Null until ServerFinished has verified and the server is trusted. The client may send with these secrets
  /// then.
  const HandshakeResult* result() const {
    return chosen_ && chosen_->incoming.complete() ? &result_ : nullptr;
  }
  /// The server's certificates, once they came; of a resumed handshake those of the connection before.
  const std::optional<crypto::CertificateChain>& server_chain() const { return chain_; }
  /// Lines for the key log that were not taken yet; none unless Config::key_log.
  std::vector<std::string> take_key_log() { return std::exchange(key_log_, {}); }

 private:
  /// The server's answer that proved itself.
  struct Choice {
    crypto::TrafficSecrets secrets;
    crypto::KeySchedule schedule;
    HandshakeTranscript transcript;
    MessageSequence incoming;
  };

  void offer_ticket();
  void encode_hello();
  std::expected<void, HandshakeFailure> on_message(std::uint64_t type, ByteView body);
  std::expected<void, HandshakeFailure> on_identity(ByteView body);
  std::expected<void, HandshakeFailure> on_verify(ByteView body);
  std::expected<void, HandshakeFailure> on_finished(ByteView body);
  void show_server(const crypto::CertificateChain&);
  void send_flight();

  ClientCredentials credentials_;
  UnixTime calendar_;
  bool wants_key_log_;
  std::optional<crypto::KeyAgreement> agreement_;  // until chosen
  wire::Hello offer_;
  wire::Parameters parameters_;
  Bytes hello_;
  Bytes first_hello_;                        // body
  std::optional<AfterRetry> before_second_;  // when hello_ is the second
  std::string refusal_;
  std::vector<Bytes> server_hellos_;
  std::vector<Candidate> candidates_;
  std::optional<Choice> chosen_;
  std::optional<crypto::CertificateChain> chain_;  // with a ticket, from the beginning
  HandshakeResult result_;
  Bytes output_;
  std::vector<std::string> key_log_;
};

}  // namespace avocet::session
