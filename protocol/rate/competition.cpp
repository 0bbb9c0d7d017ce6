#include "protocol/rate/competition.hpp"

#include <algorithm>
#include <cmath>

#include "protocol/wire/packets.hpp"

namespace avocet::rate {

namespace {

constexpr int retreats_to_tell = 2;
/// So long, and so many round trips, the queue must have stood.
constexpr Duration least_stand = 1500ms;
constexpr int least_stand_trips = 6;
constexpr Duration test_interval = 4s;
constexpr int test_share = 8;  // tests are so many times their own length apart at the least
constexpr Duration longest_test_queue = 700ms;
/// Of RFC 9438.
constexpr double cubic_decrease = 0.7, cubic_scale = 0.4;
/// In a round trip: before the first loss, and back to where it was.
constexpr double climb = 0.25, most_growth = 0.5;

}  // namespace

/// A queue that does not drain although we retreated again and again is held up by others, or is none.
Competition::Change Competition::watch(Time now, const Queue& queue, Duration round_trip, Time yielding) {
  if (active_) {
    if (!queue.new_block) return Change::none;
    low_blocks_ = queue.standing < queue.limit ? low_blocks_ + 1 : 0;
    if (low_blocks_ < 2) return Change::none;
    active_ = false;
    failures_ = 0;
    return Change::over;
  }
  if (queue.floor < queue.limit) high_since_ = now;
  const Duration stand = std::max<Duration>(least_stand, least_stand_trips * round_trip);
  if (failures_ < retreats_to_tell || now - high_since_ < stand) return Change::none;
  failures_ = 0;
  if (queue.standing < 2 * queue.limit) return Change::mistaken;
  active_ = climbing_ = true;
  crowded_window_ = 0;
  turned_at_ = now;
  test_at_ = now + test_interval;
  yields_until_ = yielding;
  low_blocks_ = 0;
  return Change::begun;
}

/// As fast as the others: up to the first loss by a quarter per round trip, and less on loss once per round
/// trip. Back to where it was lost in the time that CUBIC takes (RFC 9438), but evenly: a climb that slows
/// down stays at the edge of loss, which costs live frames more than TCP. Beyond by a packet per round trip.
DataRate Competition::next_rate(Time now, const Turn& turn) {
  if (now >= test_at_) {
    const Duration lasts = 2 * std::min(turn.queue, longest_test_queue) + turn.round_trip;
    yields_until_ = now + lasts;
    test_at_ = yields_until_ + std::max<Duration>(test_interval, test_share * lasts);
  }
  const double rtt = std::max(to_seconds(turn.round_trip), 0.01);
  const double packet = static_cast<double>(wire::base_datagram * 8) / rtt;  // bit/s of one per round trip
  const double turns = std::min(0.1, to_seconds(now - turned_at_)) / rtt;
  turned_at_ = now;
  const auto bps = static_cast<double>(turn.rate.bps());
  if (turn.lost && *turn.lost > backed_off_at_) {
    const double window = bps / packet;
    // Who loses sooner than the last time makes room for others.
    crowded_window_ = window < crowded_window_ ? window * (1 + cubic_decrease) / 2 : window;
    backed_off_at_ = now;
    climbing_ = false;
    return turn.rate * cubic_decrease;
  }
  if (yields(now)) return turn.rate;
  const double slow = bps + turn.weight * turns * (climbing_ ? bps * climb : packet);
  const double takes = std::max(std::cbrt(crowded_window_ * (1 - cubic_decrease) / cubic_scale), rtt);
  const double part = std::min(1.0, to_seconds(now - backed_off_at_) / takes);
  const double back = crowded_window_ * packet * (cubic_decrease + (1 - cubic_decrease) * part);
  const double more = climbing_ ? slow : std::clamp(back, slow, slow + bps * most_growth * turns);
  return DataRate::bps(static_cast<std::int64_t>(more));
}

}  // namespace avocet::rate
