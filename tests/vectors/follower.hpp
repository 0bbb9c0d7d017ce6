#pragma once

#include <map>
#include <optional>
#include <string>

#include "protocol/crypto/hash.hpp"
#include "protocol/crypto/key_schedule.hpp"
#include "protocol/session/handshake_transcript.hpp"
#include "tests/vectors/conversation.hpp"

namespace avocet::test {

/// Writes a conversation down, secret by secret, in the order in which somebody who knows the private keys
/// can compute them.
class Follower {
 public:
  explicit Follower(const Conversation&);
  /// The text of the vector. Throws when what follows from the private keys is not what the implementation
  /// used.
  std::string text();

 private:
  struct Side {
    std::string name;
    crypto::ScheduleSecret handshake, traffic;
    crypto::PacketKey handshake_key, traffic_key;
    Bytes stream;          // of the handshake, as far as it was opened
    std::size_t read = 0;  // of it
  };

  void note(const std::string&);
  void value(const std::string& name, ByteView);
  void datagram(std::size_t number, const Captured&);
  void on_clear(const Captured&);
  void on_hello(ByteView body);
  void on_server_hello(ByteView body);
  void on_sealed(std::size_t number, const Captured&);
  void on_message(Side&, std::uint64_t type, ByteView body, ByteView framed);
  void on_server_finished();
  void on_client_finished();
  void on_ticket(const session::Resumption& given);
  void keys(const Side&, const std::string& what, const crypto::ScheduleSecret&, crypto::PacketKey&);
  void next_generation(const Side&);
  void must_be_logged(std::string_view label, ByteView) const;
  crypto::ScheduleSecret derive(std::string_view label, const crypto::Hash&) const;
  crypto::Hash empty_hash() const { return crypto::sha384(context_, {}); }

  crypto::Context context_{Entropy::of(0)};
  const Conversation& told_;
  std::string text_;
  bool resumed_ = false;
  Side client_{.name = "client"}, server_{.name = "server"};
  Bytes hello_;
  std::optional<session::AfterRetry> before_second_;
  std::optional<session::HandshakeTranscript> transcript_;
  crypto::ScheduleSecret resumption_;
  crypto::ScheduleSecret secret_;  // early, then handshake, then master
};

}  // namespace avocet::test
