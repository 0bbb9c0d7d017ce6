#include "analysis/playback/ack_meter.hpp"

#include <algorithm>
#include <chrono>
#include <utility>

namespace avocet::analysis {

void AckMeter::sent(Time now, PacketNumber number) {
  if (passed_.empty()) passed_.resize(most);
  Passed& place = passed_[number.value % most];
  if (place.number_plus_one < number.value + 1) place = {number.value + 1, now};
}

std::optional<Time> AckMeter::find(std::uint64_t number) const {
  if (passed_.empty()) return std::nullopt;
  const Passed& place = passed_[number % most];
  return place.number_plus_one == number + 1 ? std::optional(place.at) : std::nullopt;
}

AckMeter::Sample AckMeter::acknowledged(Time now, const wire::Ack& ack) {
  Sample sample;
  if (ack.largest.value < told_) return sample;
  const std::uint64_t told = std::exchange(told_, ack.largest.value + 1);
  if (const auto at = find(ack.largest.value)) {
    sample.round_trip = std::max(now - *at - ack.delay, Duration::zero());
    round_trips_.add(*sample.round_trip);
    sample.queue = above_quickest(ack.received_at - at->time_since_epoch(), now);
    queue_.add(*sample.queue);
  }
  // Those below the largest have times of their own; each is told twice, and taken once.
  std::uint64_t number = ack.largest.value;
  Duration received = ack.received_at;
  for (const wire::Arrival& arrival : ack.arrivals) {
    number -= std::uint64_t{arrival.gap} + 1;
    received -= std::chrono::microseconds(arrival.earlier);
    if (number < told) break;
    if (const auto at = find(number)) queue_.add(above_quickest(received - at->time_since_epoch(), now));
  }
  return sample;
}

/// Both clocks may drift, so that only the last half minute to minute says what the quickest is.
Duration AckMeter::above_quickest(Duration way, Time now) {
  constexpr Duration window = 30s;
  if (!quickest_ || now - window_begins_ > window) {
    quickest_before_ = quickest_;
    quickest_ = way;
    window_begins_ = now;
  }
  quickest_ = std::min(*quickest_, way);
  return way - std::min(*quickest_, quickest_before_.value_or(*quickest_));
}

}  // namespace avocet::analysis
