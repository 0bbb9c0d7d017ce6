#pragma once

#include <array>

#include "protocol/base/address.hpp"
#include "protocol/base/ids.hpp"
#include "protocol/crypto/key_schedule.hpp"
#include "protocol/wire/handshake.hpp"

namespace avocet::session {

/// What a handshake would have come to: Session::established goes on from here. For tests, fuzzing and
/// benchmarks, which so begin in any state of a connection, with packet numbers as old as they like, and know
/// its secrets. The two ends of one connection have the same `traffic` and `client_random`, and the other's
/// ids, addresses and numbers.
struct Established {
  crypto::TrafficSecrets traffic;  ///< generation 0
  /// Of the peer. parameters_of(config, token) of handshake_transcript.hpp is what a peer with that Config
  /// says.
  wire::Parameters peer_parameters;
  ConnectionId own_id, peer_id;
  PeerAddress peer, local;
  std::array<std::byte, 32> client_random{};  ///< for the lines of the key log only
  PacketNumber first_sent;                    ///< of our first Protected packet
  PacketNumber first_received;  ///< of the peer's first; all below count as received and acknowledged
};

}  // namespace avocet::session
