#pragma once

#include <vector>

#include "protocol/base/bytes.hpp"
#include "protocol/base/time.hpp"
#include "protocol/crypto/key_schedule.hpp"

namespace avocet::session {

/// What a client keeps of a connection to go on with the same server later, in one round trip less. It serves
/// once: who uses it forgets it first. Secret: whoever has it can take the client's place.
struct Resumption {
  Bytes ticket;                   ///< as the server sealed it
  crypto::ScheduleSecret secret;  ///< the ticket's
  UnixTime expires{};
  std::vector<Bytes> chain;  ///< the server's certificates (DER), its own first
  Bytes client_key;          ///< SubjectPublicKeyInfo of the identity that the server knows
  Bytes token;               ///< proves the client's address; empty without one
  std::uint64_t seals = 0;   ///< what of the service's the ticket seals; 0: nothing
};

}  // namespace avocet::session
