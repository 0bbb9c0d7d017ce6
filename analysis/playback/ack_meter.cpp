#include "analysis/playback/ack_meter.hpp"

#include <algorithm>
#include <chrono>
#include <utility>

namespace avocet::analysis {

void AckMeter::sent(Time now, PacketNumber number, std::size_t size) {
  passed_.add(now, number, size, told_);
}

AckMeter::Sample AckMeter::acknowledged(Time now, const wire::Ack& ack) {
  Sample sample;
  sample.lost = delivery_.acknowledged(now, ack, told_, passed_);
  if (ack.largest.value < told_) return sample;
  const std::uint64_t told = std::exchange(told_, ack.largest.value + 1);
  const Duration back = now.time_since_epoch() - ack.received_at - ack.delay;
  const auto note = [&](Quantiles& all, Longest& longest, Duration value) {
    all.add(value);
    if (value > longest.value) longest = {value, now, ack.largest.value};
  };
  note(way_back_, longest_back_, back_.see(now, back));
  steps_.add(now, back);
  if (const auto passed = passed_.find(ack.largest.value)) {
    sample.round_trip = std::max(now - passed->at - ack.delay, Duration::zero());
    round_trips_.add(*sample.round_trip);
    sample.queue = there_.see(now, ack.received_at - passed->at.time_since_epoch());
    queue_.add(*sample.queue);
  }
  // Those below the largest have times of their own; each is told twice, and taken once.
  std::uint64_t number = ack.largest.value;
  Duration received = ack.received_at, oldest = received;
  for (const wire::Arrival& arrival : ack.arrivals) {
    number -= std::uint64_t{arrival.gap} + 1;
    received -= std::chrono::microseconds(arrival.earlier);
    if (number < told) break;
    oldest = received;
    if (const auto passed = passed_.find(number)) {
      queue_.add(there_.see(now, received - passed->at.time_since_epoch()));
    }
  }
  note(held_, longest_held_, ack.received_at - oldest + ack.delay);
  return sample;
}

}  // namespace avocet::analysis
