#pragma once

#include <cstdint>

#include "protocol/base/address.hpp"
#include "protocol/base/bytes.hpp"
#include "protocol/base/time.hpp"

namespace avocet::sim {

/// Sees every datagram of ours as it leaves a host and as it arrives at one, sealed as it is. `end` and
/// `index` as in Passing.
class Tap {
 public:
  virtual ~Tap() = default;
  virtual void on_sent(Time, std::uint32_t end, std::uint64_t index, const PeerAddress& from,
                       const PeerAddress& to, ByteView) = 0;
  virtual void on_received(Time, std::uint32_t end, const PeerAddress& from, const PeerAddress& to,
                           ByteView) = 0;
};

}  // namespace avocet::sim
