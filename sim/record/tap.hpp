#pragma once

#include <cstdint>

#include "protocol/base/bytes.hpp"
#include "protocol/base/time.hpp"

namespace avocet::sim {

/// Sees every datagram of ours as it leaves its host, sealed as it is. `end` as in Passing.
class Tap {
 public:
  virtual ~Tap() = default;
  virtual void on_sent(Time, std::uint32_t end, ByteView) = 0;
};

}  // namespace avocet::sim
