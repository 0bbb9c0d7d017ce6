#pragma once

#include <cstdint>

#include "protocol/base/time.hpp"
#include "protocol/rate/relative_delay.hpp"
#include "protocol/rate/windowed_min.hpp"

namespace avocet::rate {

/// How much longer packets take to the peer than the quickest lately did, from the times of their arrival.
/// The clocks need not agree: only differences count.
class Transit {
 public:
  /// A packet that the peer says it received at `arrival_us` of its clock.
  void on_packet(Time now, Time sent, std::int64_t arrival_us);

  bool known() const { return delays_.started(); }
  /// Now, beyond the quickest of the last half minute.
  Duration lag() const { return std::max(Duration::zero(), usual_ - quickest_.min()); }
  /// By how much the quickest of the last two seconds was slower than that of the last half minute.
  Duration risen() const { return std::max(Duration::zero(), quickest_now_.min() - quickest_.min()); }

 private:
  RelativeDelay delays_;
  Duration usual_{};  // of late
  WindowedMin<Duration, 10> quickest_{3s, Duration::max()};
  WindowedMin<Duration, 4> quickest_now_{500ms, Duration::max()};
};

}  // namespace avocet::rate
