#include "endpoints/drive/clock.hpp"

#include <time.h>

namespace avocet::drive {

namespace {

Duration to_duration(const timespec& t) { return std::chrono::seconds(t.tv_sec) + Duration(t.tv_nsec); }

Duration read(clockid_t clock) {
  timespec t{};
  clock_gettime(clock, &t);
  return to_duration(t);
}

}  // namespace

Time now() { return Time(read(CLOCK_MONOTONIC)); }

UnixTime unix_time() { return UnixTime(std::chrono::floor<std::chrono::seconds>(read(CLOCK_REALTIME))); }

TimestampMapping::TimestampMapping() : now_(drive::now()), calendar_(read(CLOCK_REALTIME)) {}

Time TimestampMapping::map(const std::optional<timespec>& kernel) const {
  if (!kernel) return now_;
  const Duration age = calendar_ - to_duration(*kernel);
  // A datagram waits milliseconds for its reader, seconds only when a clock was set meanwhile.
  return age < Duration::zero() || age > 1s ? now_ : now_ - age;
}

}  // namespace avocet::drive
