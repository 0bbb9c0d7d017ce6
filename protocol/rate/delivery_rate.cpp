#include "protocol/rate/delivery_rate.hpp"

#include <algorithm>

namespace avocet::rate {

namespace {

constexpr std::size_t slots = 128;
constexpr std::int64_t slot_us = 1000;
constexpr std::int64_t clock_step_us = 10'000'000;

std::int64_t minus(std::int64_t a, std::int64_t b) {
  return static_cast<std::int64_t>(static_cast<std::uint64_t>(a) - static_cast<std::uint64_t>(b));
}

}  // namespace

void DeliveryRate::on_arrival(std::int64_t arrival_us, std::size_t size) {
  if (slots_.empty()) slots_.resize(slots);
  const auto bytes = static_cast<std::int64_t>(size);
  const std::int64_t step = minus(arrival_us, newest_us_);
  if (used_ > 0 && (step > clock_step_us || step < -clock_step_us)) clear();
  if (used_ > 0) {
    Slot& last = slots_[(next_ + slots - 1) % slots];
    if (minus(arrival_us, last.arrival_us) < slot_us) {
      last.bytes += bytes;
      newest_us_ = step > 0 ? arrival_us : newest_us_;
      return;
    }
  }
  slots_[next_] = {arrival_us, bytes};
  next_ = (next_ + 1) % slots;
  used_ = std::min(used_ + 1, slots);
  newest_us_ = arrival_us;
}

std::optional<DataRate> DeliveryRate::over(Duration window, Duration least) const {
  if (used_ < 3) return std::nullopt;
  // The bytes of the first slot arrived before the span began; those of a slot are taken to arrive with its
  // first.
  std::int64_t bytes = 0, span = 0;
  const Slot& newest = slots_[(next_ + slots - 1) % slots];
  for (std::size_t i = 1; i < used_; ++i) {
    const Slot& later = slots_[(next_ + slots - i) % slots];
    const Slot& earlier = slots_[(next_ + slots - i - 1) % slots];
    const std::int64_t longer = minus(newest.arrival_us, earlier.arrival_us);
    if (longer > to_microseconds(window) && i > 2) break;
    bytes += later.bytes;
    span = longer;
  }
  if (span < to_microseconds(least)) return std::nullopt;
  return DataSize::bytes(bytes) / std::chrono::microseconds(span);
}

}  // namespace avocet::rate
