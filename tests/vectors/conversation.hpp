#pragma once

#include <optional>
#include <string>
#include <vector>

#include "protocol/base/entropy.hpp"
#include "protocol/crypto/secret.hpp"
#include "protocol/session/resumption.hpp"
#include "protocol/wire/handshake.hpp"

/// Whole conversations between a Session and a Listener with fixed entropy and keys, captured datagram by
/// datagram: what the vectors of specs/vectors/handshakes are made of.
namespace avocet::test {

struct Captured {
  bool from_client = false;
  Bytes bytes;
};

struct Conversation {
  /// Ed25519, RFC 8032 section 5.1.5.
  crypto::Secret<32> client_identity, server_identity;
  /// Ephemeral, X25519.
  crypto::Secret<32> client_share, server_share;
  std::vector<Captured> datagrams;           ///< up to the first Protected packet each way
  std::vector<std::string> key_log;          ///< what the client's implementation logged
  crypto::ScheduleSecret ticket_secret;      ///< of the Hello's ticket, when it has one
  std::vector<session::Resumption> tickets;  ///< that the client was given
};

/// A first meeting; with `retry` the server asks for a cookie first.
Conversation meet(bool retry);
/// The second meeting of the two, with the ticket of the first.
Conversation meet_again();

}  // namespace avocet::test
