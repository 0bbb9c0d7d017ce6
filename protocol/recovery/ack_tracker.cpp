#include "protocol/recovery/ack_tracker.hpp"

#include <algorithm>
#include <limits>

#include "protocol/wire/codec.hpp"

namespace avocet::recovery {

namespace {

constexpr unsigned packets_per_ack = 64;
constexpr Duration delay_rise = 10ms;
/// An arrival time travels this often: one lost ACK in a row costs no measurement.
constexpr std::uint8_t reports_of_each = 2;  // AV-ACK-8

}  // namespace

void AckTracker::on_received(PacketNumber number, bool ack_eliciting, Ecn ecn, Time arrived, Time now) {
  const PacketNumber expected = largest_ ? *largest_ + 1 : first_;
  const bool in_order = number == expected;
  ++received_;
  news_ = true;
  if (number >= expected) {
    largest_ = number;
    largest_arrived_ = arrived;
  }
  using Insert = decltype(ranges_)::Insert;
  if (ranges_.insert(number, number + 1) == Insert::full && number > ranges_.front().begin) {
    ranges_.erase_lowest();  // what is oldest matters least
    ranges_.insert(number, number + 1);
  }
  remember(number, arrived);

  if (ecn == Ecn::ect0) ++ecn_.ect0;
  if (ecn == Ecn::ect1) ++ecn_.ect1;
  if (ecn == Ecn::ce) ++ecn_.ce;
  if (!ack_eliciting) return;
  ++eliciting_;
  const bool at_once = !in_order || ecn == Ecn::ce || eliciting_ >= packets_per_ack;  // AV-ACK-4
  due_at(at_once ? now : arrived + max_ack_delay_);
}

void AckTracker::on_frame_end(Time now) {
  if (eliciting_ > 0) due_at(now);
}

void AckTracker::on_media_age(Duration age, Time now) {
  if (!age_ || age < *age_) age_ = age;
  if (age - *age_ <= delay_rise) return;  // AV-ACK-5
  age_ = age;
  if (eliciting_ > 0) due_at(now);
}

void AckTracker::on_ack_acked(PacketNumber largest) {
  built_ = 0;
  if (!largest_) return;
  largest = std::min(largest, *largest_);
  ranges_.erase_below(largest);  // keeps `largest`, so that an ACK can always be built
  std::erase_if(arrivals_, [&](const Received& r) { return r.number <= largest && r.reports > 0; });
}

bool AckTracker::build(Time now, Time epoch, wire::Ack& out, std::size_t room) {
  if (!largest_ || ranges_.empty()) return false;
  out.largest = *largest_;
  out.received_at = std::max(largest_arrived_ - epoch, Duration::zero());
  out.delay = std::max(now - largest_arrived_, Duration::zero());
  out.first_run = *largest_ - ranges_.back().begin;
  out.ranges.clear();
  out.arrivals.clear();
  out.ecn.reset();
  if (ecn_.ect0 + ecn_.ect1 + ecn_.ce > 0) out.ecn = ecn_;
  constexpr std::size_t longer_counts = 2;  // both lists may need a count of two bytes
  const std::size_t fixed = wire::typed_size(out) + longer_counts;
  if (fixed > room) return false;
  room -= fixed;

  add_ranges(out, room);
  add_arrivals(out, epoch, room);
  due_.reset();
  news_ = false;
  eliciting_ = 0;
  ++built_;
  return true;
}

/// Arrivals are for the most part in order, so the place is found from the end.
void AckTracker::remember(PacketNumber number, Time arrived) {
  if (arrivals_.size() == wire::max_arrivals) arrivals_.erase(arrivals_.begin());
  auto place = arrivals_.end();
  while (place != arrivals_.begin() && (place - 1)->number > number) --place;
  if (place != arrivals_.end()) return void(arrivals_.insert(place, {number, arrived, 0}));
  Received& newest = arrivals_.emplace_back();  // in place, as nearly always
  newest.number = number;
  newest.arrived = arrived;
}

void AckTracker::add_ranges(wire::Ack& out, std::size_t& room) const {
  PacketNumber lowest = ranges_.back().begin;
  for (std::size_t i = ranges_.size() - 1; i-- > 0;) {
    const auto& range = ranges_[i];
    const wire::AckRange run{lowest - range.end - 1, range.end - range.begin - 1};
    const std::size_t size = wire::encoded_size(run);
    if (size > room || !out.ranges.push_back(run)) return;
    room -= size;
    lowest = range.begin;
  }
}

void AckTracker::add_arrivals(wire::Ack& out, Time epoch, std::size_t room) {
  const auto stamp = [&](Time t) { return std::max<std::int64_t>(0, to_microseconds(t - epoch)); };
  PacketNumber above = out.largest;
  std::int64_t above_arrived = stamp(largest_arrived_);
  for (auto r = arrivals_.rbegin(); r != arrivals_.rend(); ++r) {
    if (r->number >= out.largest) {
      ++r->reports;  // it is `received_at`
      continue;
    }
    const std::uint64_t gap = above - r->number - 1;
    if (gap > std::numeric_limits<std::uint32_t>::max()) break;
    const wire::Arrival arrival{static_cast<std::uint32_t>(gap), above_arrived - stamp(r->arrived)};
    const std::size_t size = wire::encoded_size(arrival);
    if (size > room || !out.arrivals.push_back(arrival)) break;
    room -= size;
    ++r->reports;
    above = r->number;
    above_arrived = stamp(r->arrived);
  }
  std::erase_if(arrivals_, [](const Received& r) { return r.reports >= reports_of_each; });
}

}  // namespace avocet::recovery
