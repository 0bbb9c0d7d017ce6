#include "protocol/media/live_clock.hpp"

#include <algorithm>

namespace avocet::media {
namespace {

/// So long everything must be late. One key frame that takes its time, or an outage, is no reason to run
/// late.
constexpr Duration patience = 2s;
/// A pause of arrivals that ends what was observed: an outage.
constexpr Duration longest_pause = 500ms;
constexpr Duration held_for = 30s;
/// The most that is shown later than the latency asked for.
constexpr Duration most_growth = 10s;

}  // namespace

void LiveClock::observe(Time arrival, std::int64_t capture_us) {
  quickest_.observe(arrival, capture_us);
  const Duration offset = arrival.time_since_epoch() - std::chrono::microseconds(capture_us);
  const Duration in_time = quickest_.offset() + latency_;
  if (offset > in_time) needed_at_ = arrival;
  if (grown_ && arrival - needed_at_ > held_for) grown_.reset();
  if (arrival <= due(capture_us)) return late_from_.reset();
  if (!late_from_ || arrival - late_at_ > longest_pause) {
    late_from_ = arrival;
    least_late_ = offset;
  }
  late_at_ = arrival;
  least_late_ = std::min(least_late_, offset);
  if (arrival - *late_from_ < patience) return;
  grown_ = std::min(least_late_, quickest_.offset() + most_growth);
  late_from_.reset();
}

Time LiveClock::captured(std::int64_t capture_us) const {
  const Duration offset = grown_ ? std::max(*grown_, quickest_.offset()) : quickest_.offset();
  return Time(offset + std::chrono::microseconds(capture_us));
}

void LiveClock::reset() {
  quickest_.reset();
  grown_.reset();
  late_from_.reset();
}

}  // namespace avocet::media
