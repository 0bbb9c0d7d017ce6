#include "analysis/journeys/journey.hpp"

#include <algorithm>

namespace avocet::analysis {
namespace {

/// A packet that has not come by then does not come. Also what the two captures may be apart in reading.
constexpr Duration patience = 10s;
/// Packets that wait for their second sighting: 64 KB or so.
constexpr std::size_t most_entries = 2048;
constexpr std::size_t most_losses = 1024;
/// Numbers farther ahead belong to something else.
constexpr std::uint64_t plausible_jump = 1u << 20;

}  // namespace

void Journey::passed(Place place, std::int64_t at, std::uint32_t low, std::uint32_t size,
                     bool from_the_start) {
  const std::uint64_t number = expand(low, next_).value;
  if (!started_) begin_ = from_the_start ? 0 : number;
  if (started_ && number > next_.value + plausible_jump) return;
  started_ = true;
  End& end = ends_[static_cast<std::size_t>(place)];
  if (!end.first) end.first = from_the_start ? 0 : number;
  end.highest = std::max(end.highest, number);
  if (number < begin_) return;  // settled, or before the first
  const Time now = on_line(place, at);
  while (begin_ + entries_.size() <= number) {
    if (entries_.size() >= most_entries) settle_front();
    entries_.push_back({.noted = now});
  }
  next_.value = std::max(next_.value, number + 1);
  Entry& entry = entries_[number - begin_];
  auto& seen = place == Place::upstream ? entry.sent : entry.received;
  if (seen) return;
  seen = at;
  entry.size = size;
  if (entry.sent && entry.received) match(entry, on_line(Place::downstream, *entry.received));
  settle_old(now);
}

void Journey::finish() {
  while (!entries_.empty()) settle_front();
}

Time Journey::on_line(Place place, std::int64_t at) const {
  return Time(Duration(at - line_ + (place == Place::upstream ? ahead_ : 0)));
}

void Journey::match(const Entry& entry, Time at) {
  const std::int64_t difference = *entry.received - *entry.sent;
  if (!base_) base_ = difference;
  const double delay = static_cast<double>(difference - *base_) * 1e-9;
  const double x = to_seconds(at.time_since_epoch());
  hull_.add(x, delay);
  delays_.add({static_cast<float>(x), static_cast<float>(delay)});
  JourneySlot& slot = timeline_.at(at);
  ++slot.arrived;
  slot.delay_sum += delay;
}

void Journey::settle_old(Time now) {
  while (!entries_.empty() && decided(now)) settle_front();
}

/// What comes after a long silence shows that the oldest packet was lost; the end of a capture does not.
bool Journey::decided(Time now) const {
  const Entry& front = entries_.front();
  if (front.sent && front.received) return true;
  return now - front.noted >= patience && begin_ <= ends_[0].highest && begin_ <= ends_[1].highest;
}

/// Says what became of the oldest packet. Where one capture begins later or ends earlier, nothing is known.
void Journey::settle_front() {
  const std::uint64_t number = begin_++;
  const Entry entry = entries_.front();
  entries_.pop_front();
  if (!ends_[0].covers(number) || !ends_[1].covers(number)) return;
  if (entry.sent && entry.received) {
    ++counters_.arrived;
  } else if (entry.sent) {
    ++counters_.lost;
    lose(number, on_line(Place::upstream, *entry.sent), false);
  } else if (entry.received) {
    ++counters_.missed;
  } else {
    ++counters_.lost_before;
    lose(number, entry.noted, true);
  }
  if (listener_ != nullptr && *listener_ && (entry.sent || entry.received))
    (*listener_)(*this,
                 {.number = number, .size = entry.size, .sent = entry.sent, .received = entry.received});
}

void Journey::lose(std::uint64_t number, Time at, bool before) {
  JourneySlot& slot = timeline_.at(at);
  ++(before ? slot.lost_before : slot.lost);
  if (!losses_.empty() && losses_.back().last + 1 == number && losses_.back().before == before) {
    losses_.back().last = number;
  } else if (losses_.size() < most_losses) {
    losses_.push_back({number, number, at, before});
  }
}

}  // namespace avocet::analysis
