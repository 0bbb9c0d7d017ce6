#pragma once

#include <array>
#include <string>
#include <vector>

#include "protocol/crypto/aead.hpp"
#include "protocol/crypto/fingerprint.hpp"
#include "protocol/crypto/key_schedule.hpp"
#include "protocol/wire/frames.hpp"
#include "protocol/wire/handshake.hpp"

namespace avocet::session {

/// Why a handshake cannot go on: what to put into CLOSE, with a sentence for a person.
struct HandshakeFailure {
  wire::CloseCode code = wire::CloseCode::handshake_failed;
  std::string reason;
};

/// Seals and opens Handshake packets.
struct HandshakeKeys {
  crypto::Sealer sealer;
  crypto::Opener opener;
};

/// What a handshake comes to.
struct HandshakeResult {
  std::array<std::byte, 32> client_random{};  ///< of the Hello; names the connection in key logs
  crypto::TrafficSecrets traffic;             ///< generation 0
  crypto::ScheduleSecret exporter;
  crypto::ScheduleSecret resumption;  ///< what tickets of this connection carry
  bool resumed = false;               ///< from a ticket: the peer's identity is the one of that connection
  wire::Parameters peer_parameters;
  std::vector<Bytes> server_chain;  ///< (client) the server's certificates, DER
  Bytes peer_key;                   ///< SubjectPublicKeyInfo of the peer's identity
  crypto::Fingerprint fingerprint;  ///< of the server's certificate, or of the client's public key
};

}  // namespace avocet::session
