#include "protocol/rate/transit.hpp"

namespace avocet::rate {

namespace {

/// What differs by more from the first is a clock that was set: begin anew.
constexpr std::int64_t clock_step_us = 30'000'000;

std::int64_t minus(std::int64_t a, std::int64_t b) {
  return static_cast<std::int64_t>(static_cast<std::uint64_t>(a) - static_cast<std::uint64_t>(b));
}

}  // namespace

void Transit::on_packet(Time now, Time sent, std::int64_t arrival_us) {
  const std::int64_t took_us = minus(arrival_us, to_microseconds(sent.time_since_epoch()));
  std::int64_t off_us = minus(took_us, origin_us_);
  const bool stepped = off_us > clock_step_us || off_us < -clock_step_us;
  if (!known_ || stepped) {
    origin_us_ = took_us;
    off_us = 0;
    known_ = true;
    usual_ = {};
    quickest_.clear(), quickest_now_.clear();
  }
  const Duration off = std::chrono::microseconds(off_us);
  usual_ += (off - usual_) / 8;
  quickest_.add(now, off);
  quickest_now_.add(now, off);
}

}  // namespace avocet::rate
