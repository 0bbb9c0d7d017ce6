#pragma once

#include <optional>

#include "protocol/base/time.hpp"

struct timespec;

namespace avocet::drive {

/// The driver's clock: the system's monotonic one, in nanoseconds. All Times that endpoints hand to the core
/// are its.
Time now();
/// Calendar time, for certificates and tickets.
UnixTime unix_time();

/// Puts the kernel's receive timestamps, which are calendar time, on the monotonic clock. Made once for each
/// batch, so that a clock step falsifies one batch at most.
class TimestampMapping {
 public:
  TimestampMapping();
  /// The monotonic clock when this was made.
  Time now() const { return now_; }
  /// `kernel` as a Time. Never in the future; `now` when it is unset or more than a second old, as after a
  /// step of the calendar clock.
  Time map(const std::optional<timespec>& kernel) const;

 private:
  Time now_;
  Duration calendar_;  // since 1970, at now_
};

}  // namespace avocet::drive
