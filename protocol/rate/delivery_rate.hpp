#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "protocol/base/time.hpp"
#include "protocol/base/units.hpp"

namespace avocet::rate {

/// How fast the peer received lately, by its own clock. Remembers the last 128 ms or more in slots of 1 ms;
/// the storage comes with the first arrival.
class DeliveryRate {
 public:
  void on_arrival(std::int64_t arrival_us, Time sent, std::size_t size);
  struct Measure {
    DataRate rate;
    Duration span;       ///< that it was measured over
    double stretch = 1;  ///< time that the packets took to arrive over time in which they were sent
  };
  /// Mean over the last `window`, or over five packets if they took longer; nothing when there were fewer.
  std::optional<Measure> over(Duration window) const;
  /// Arrival of the newest packet.
  std::int64_t newest_us() const { return newest_us_; }
  /// Forgets all: what comes next is another path or another time.
  void clear() { used_ = 0; }

 private:
  struct Slot {
    std::int64_t arrival_us;
    Time sent;
    std::int64_t bytes;
    int packets;
  };
  std::vector<Slot> slots_;
  std::size_t used_ = 0, next_ = 0;
  std::int64_t newest_us_ = 0;
};

}  // namespace avocet::rate
