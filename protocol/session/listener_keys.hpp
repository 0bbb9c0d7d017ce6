#pragma once

#include "protocol/base/entropy.hpp"
#include "protocol/crypto/secret.hpp"

namespace avocet::session {

/// Long-term secrets of a server that all its shards share. What is kept over a restart is the driver's
/// choice.
struct ListenerKeys {
  crypto::Secret<32> reset;  ///< of the tokens that Resets end in; kept, so that a restarted server can reset

  /// Fresh ones.
  static ListenerKeys make(const Entropy&);
};

}  // namespace avocet::session
