#pragma once

#include <optional>

#include "protocol/media/capture_clock.hpp"

namespace avocet::media {

/// When live frames are due: `latency` after their capture, by the clock of the quickest frame (AV-PLY-6).
/// Later while the path demands it (AV-PLY-8): where everything comes too late for two seconds, because a
/// queue stands on the way that is not ours to empty, what is shown late is more than nothing. The delay goes
/// back when for half a minute nothing needed it.
class LiveClock {
 public:
  explicit LiveClock(Duration latency) : latency_(latency) {}

  /// A frame, captured at `capture_us` of the sender's clock, began to arrive.
  void observe(Time arrival, std::int64_t capture_us);
  /// After observe().
  Time due(std::int64_t capture_us) const { return captured(capture_us) + latency_; }
  /// `latency` before it is due.
  Time captured(std::int64_t capture_us) const;
  void reset();

 private:
  Duration latency_;
  CaptureClock quickest_;
  std::optional<Duration> grown_;  // arrival - capture to go by instead of the quickest
  Time needed_at_{};               // when a frame would have been late otherwise
  std::optional<Time> late_from_;  // since when all were late
  Time late_at_{};                 // the last
  Duration least_late_{};          // arrival - capture of the quickest since
};

}  // namespace avocet::media
