#pragma once

#include <algorithm>
#include <cstdint>
#include <optional>

#include "protocol/base/time.hpp"

namespace avocet::capture {

/// Makes one line of time, from the first packet on, of the times that a capture gives. Interfaces disagree
/// by little: packets a bit out of order get the time of the latest. A clock that is set back goes on where
/// it was.
class SteadyClock {
 public:
  /// The clock was set back.
  struct Step {
    Duration by{};
    Time at{};                 ///< on the line
    std::uint64_t record = 0;  ///< of the capture, counted from 1: what Wireshark calls the frame number
  };

  /// Of the next record.
  Time at(std::int64_t calendar_ns) {
    ++records_;
    if (!origin_) origin_ = calendar_ns;
    // A clock that jumps to and fro cannot drive the line out of its numbers.
    constexpr Duration century = std::chrono::hours(24 * 365 * 100);
    Duration now = std::min(Duration(calendar_ns - *origin_) + Duration(shifted_), century);
    if (now < latest_) {
      const Duration back = latest_ - now;
      if (back > disorder) {
        ++steps_back_;
        if (back > largest_step_.by) largest_step_ = {back, Time(latest_), records_};
        shifted_ = std::min(Duration(shifted_) + std::min(back, century), century).count();
      } else {
        ++out_of_order_;
      }
      now = latest_;
    }
    latest_ = now;
    return Time(now);
  }

  /// Calendar time of the first packet, ns since 1970; 0 without one.
  std::int64_t origin() const { return origin_.value_or(0); }
  Time latest() const { return Time(latest_); }
  std::uint64_t steps_back() const { return steps_back_; }
  const Step& largest_step() const { return largest_step_; }
  std::uint64_t out_of_order() const { return out_of_order_; }

 private:
  /// More than interfaces of one machine, or a kernel's queues, put packets out of order.
  static constexpr Duration disorder = 10ms;

  std::optional<std::int64_t> origin_;
  std::int64_t shifted_ = 0;
  Duration latest_{};
  Step largest_step_;
  std::uint64_t records_ = 0, steps_back_ = 0, out_of_order_ = 0;
};

}  // namespace avocet::capture
