#pragma once

#include <deque>

#include "protocol/base/time.hpp"
#include "protocol/session/stats.hpp"

namespace avocet::client {

/// What came in lately, from counters that are looked at now and then.
class RecentRates {
 public:
  static constexpr Duration window = 2s;

  void add(Time now, const session::Stats&);
  double bits_per_second() const;
  /// Of the packets of the peer, 0..1, before repair.
  double loss() const;

 private:
  struct Point {
    Time at{};
    std::uint64_t bytes = 0, packets = 0, gaps = 0;
  };
  std::deque<Point> points_;
};

}  // namespace avocet::client
