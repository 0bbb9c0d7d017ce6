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
  void on_arrival(std::int64_t arrival_us, std::size_t size);
  /// Mean rate over the last `window` that arrivals cover; nothing when they are fewer than three or span
  /// less than `least`.
  std::optional<DataRate> over(Duration window, Duration least = 10ms) const;
  /// Arrival of the newest packet.
  std::int64_t newest_us() const { return newest_us_; }
  /// Forgets all: what comes next is another path or another time.
  void clear() { used_ = 0; }

 private:
  struct Slot {
    std::int64_t arrival_us;
    std::int64_t bytes;
  };
  std::vector<Slot> slots_;
  std::size_t used_ = 0, next_ = 0;
  std::int64_t newest_us_ = 0;
};

}  // namespace avocet::rate
