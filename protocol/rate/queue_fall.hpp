#pragma once

#include <cstddef>
#include <optional>
#include <vector>

#include "protocol/base/time.hpp"

namespace avocet::rate {

/// How fast a queue falls while we send deliberately less than our share. Traffic that listens takes up what
/// we leave within a round trip, and the queue stands again; where it goes on falling nobody does, and
/// waiting will empty it (elasticity: Goyal et al., SIGCOMM 2022).
class QueueFall {
 public:
  /// What is sent from `sent` on is sent slower. Others notice after `reaction`; what is sent before tells
  /// nothing.
  void begin(Time sent, Duration reaction);
  /// What a packet waited.
  void on_packet(Time sent, Duration queue);
  /// Seconds of queue per second, by least squares over the last half second; negative while it grows.
  /// Nothing while too little is known.
  std::optional<double> speed() const;

 private:
  static constexpr std::size_t least_points = 8, most_points = 32;
  struct Point {
    Time sent;
    Duration queue;
  };
  std::vector<Point> points_;  // none before the first begin(): most connections never need them
  std::size_t used_ = 0, next_ = 0;
  Time from_ = Time::max(), first_{}, newest_{};
};

}  // namespace avocet::rate
