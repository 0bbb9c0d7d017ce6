#pragma once

#include <chrono>
#include <cstdint>

namespace avocet {

using namespace std::chrono_literals;

/// The core's clock is whatever its driver says: a time line without a `now`, so that no code under protocol/
/// can read a clock by accident. Its origin is the driver's choice and has no meaning.
struct DriverClock {
  using rep = std::int64_t;
  using period = std::nano;
  using duration = std::chrono::nanoseconds;
  using time_point = std::chrono::time_point<DriverClock, duration>;
  static constexpr bool is_steady = true;
  static time_point now() = delete;
};

/// A span of time, in nanoseconds.
using Duration = DriverClock::duration;
/// An instant on the driver's monotonic clock.
using Time = DriverClock::time_point;
/// Calendar time, in whole seconds since 1970 UTC; needed for certificates and tickets only.
using UnixTime = std::chrono::sys_seconds;

constexpr std::int64_t to_microseconds(Duration d) {
  return std::chrono::duration_cast<std::chrono::microseconds>(d).count();
}
constexpr double to_seconds(Duration d) { return std::chrono::duration<double>(d).count(); }
constexpr Duration seconds_of(double s) {
  return std::chrono::duration_cast<Duration>(std::chrono::duration<double>(s));
}

}  // namespace avocet
