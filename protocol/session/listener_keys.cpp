#include "protocol/session/listener_keys.hpp"

#include "protocol/crypto/random.hpp"

namespace avocet::session {

ListenerKeys ListenerKeys::make(const Entropy& entropy) {
  crypto::Random random(entropy);
  ListenerKeys keys;
  random.fill(keys.reset.bytes());
  return keys;
}

}  // namespace avocet::session
