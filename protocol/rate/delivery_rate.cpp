#include "protocol/rate/delivery_rate.hpp"

#include <algorithm>

namespace avocet::rate {

namespace {

constexpr std::size_t slots = 128;
constexpr std::int64_t slot_us = 1000;
constexpr int least_packets = 5;
/// Nothing arrived although packets were on their way: what came before says nothing of now.
constexpr std::int64_t outage_us = 100'000;
constexpr std::int64_t clock_step_us = 10'000'000;

std::int64_t minus(std::int64_t a, std::int64_t b) {
  return static_cast<std::int64_t>(static_cast<std::uint64_t>(a) - static_cast<std::uint64_t>(b));
}

}  // namespace

void DeliveryRate::on_arrival(std::int64_t arrival_us, Time sent, std::size_t size) {
  if (slots_.empty()) slots_.resize(slots);
  const auto bytes = static_cast<std::int64_t>(size);
  const std::int64_t step = minus(arrival_us, newest_us_);
  if (used_ > 0 && (step > clock_step_us || step < -clock_step_us)) clear();
  if (used_ > 0) {
    Slot& last = slots_[(next_ + slots - 1) % slots];
    if (minus(arrival_us, last.arrival_us) < slot_us) {
      last.bytes += bytes;
      ++last.packets;
      newest_us_ = step > 0 ? arrival_us : newest_us_;
      return;
    }
  }
  slots_[next_] = {arrival_us, sent, bytes, 1};
  next_ = (next_ + 1) % slots;
  used_ = std::min(used_ + 1, slots);
  newest_us_ = arrival_us;
}

std::optional<DeliveryRate::Measure> DeliveryRate::over(Duration window) const {
  if (used_ == 0) return std::nullopt;
  // The bytes of the first slot arrived before the span began; those of a slot are taken to arrive with its
  // first.
  std::int64_t bytes = 0, span = 0;
  Duration sending{};
  int packets = 0;
  const Slot& newest = slots_[(next_ + slots - 1) % slots];
  for (std::size_t i = 1; i < used_; ++i) {
    const Slot& later = slots_[(next_ + slots - i) % slots];
    const Slot& earlier = slots_[(next_ + slots - i - 1) % slots];
    const std::int64_t pause = minus(later.arrival_us, earlier.arrival_us);
    if (pause - to_microseconds(later.sent - earlier.sent) > outage_us) break;
    const std::int64_t longer = minus(newest.arrival_us, earlier.arrival_us);
    if (longer > to_microseconds(window) && packets >= least_packets) break;
    bytes += later.bytes;
    packets += later.packets;
    span = longer;
    sending = newest.sent - earlier.sent;
  }
  if (packets < least_packets || span <= 0) return std::nullopt;
  const Duration arriving = std::chrono::microseconds(span);
  return Measure{DataSize::bytes(bytes) / arriving, arriving,
                 sending > Duration::zero() ? to_seconds(arriving) / to_seconds(sending) : 10};
}

}  // namespace avocet::rate
