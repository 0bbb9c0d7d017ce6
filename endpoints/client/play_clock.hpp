#pragma once

#include <mutex>
#include <optional>

#include "protocol/base/time.hpp"

namespace avocet::client {

/// Which instant of the title is presented when, as the due times of the frames say. Stands still while
/// paused or stalled: what was handed out before and not shown yet is due later then. Thread-safe.
class PlayClock {
 public:
  /// A frame of `media` time is due at `due`. Ends a stall.
  void anchor(Duration media, Time due);
  void pause(Time now);
  void resume(Time now);
  /// Nothing is there to show. stall_over() or the next anchor ends it.
  void stall(Time now);
  void stall_over(Time now);
  /// Elsewhere in the title: the next anchor begins anew.
  void reset();

  /// What is to be presented at `now`; nothing before the first frame.
  std::optional<Duration> position(Time now) const;
  /// It stands still, or has not begun.
  bool held() const;

 private:
  void hold(Time now);
  void go_on(Time now);

  mutable std::mutex mutex_;
  std::optional<Time> zero_;  // when media time 0 would have been presented
  std::optional<Time> held_at_;
  bool paused_ = false, stalled_ = false;
};

}  // namespace avocet::client
