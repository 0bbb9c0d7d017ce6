#include "endpoints/client/play_clock.hpp"

#include <utility>

namespace avocet::client {

void PlayClock::anchor(Duration media, Time due) {
  const std::scoped_lock lock(mutex_);
  zero_ = due - media;
  stalled_ = false;
  if (!paused_) held_at_.reset();
}

void PlayClock::pause(Time now) {
  const std::scoped_lock lock(mutex_);
  paused_ = true;
  hold(now);
}

void PlayClock::resume(Time now) {
  const std::scoped_lock lock(mutex_);
  paused_ = stalled_ = false;  // a stall that lasts is told anew
  go_on(now);
}

void PlayClock::stall(Time now) {
  const std::scoped_lock lock(mutex_);
  stalled_ = true;
  hold(now);
}

void PlayClock::stall_over(Time now) {
  const std::scoped_lock lock(mutex_);
  if (!std::exchange(stalled_, false) || paused_) return;
  go_on(now);
}

void PlayClock::reset() {
  const std::scoped_lock lock(mutex_);
  zero_.reset();
  stalled_ = false;
  if (!paused_) held_at_.reset();
}

std::optional<Duration> PlayClock::position(Time now) const {
  const std::scoped_lock lock(mutex_);
  if (!zero_) return std::nullopt;
  return held_at_.value_or(now) - *zero_;
}

bool PlayClock::held() const {
  const std::scoped_lock lock(mutex_);
  return !zero_ || held_at_.has_value();
}

void PlayClock::hold(Time now) {
  if (!held_at_) held_at_ = now;
}

void PlayClock::go_on(Time now) {
  if (held_at_ && zero_) *zero_ += now - *held_at_;
  held_at_.reset();
}

}  // namespace avocet::client
