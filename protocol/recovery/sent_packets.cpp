#include "protocol/recovery/sent_packets.hpp"

#include <algorithm>
#include <bit>
#include <cassert>

namespace avocet::recovery {

namespace {

constexpr std::uint64_t packet_threshold = 3;  // RFC 9002 section 6.1.1
constexpr Duration granularity = 1ms;          // RFC 9002 section 6.1.2
constexpr Duration first_reorder_window = 2ms;
/// Without reordering for this long the window shrinks by a step.
constexpr Duration reorder_memory = 4s;
/// How long a lost packet is remembered beyond two round trips, so that a late acknowledgement is recognised.
constexpr Duration lost_memory = 500ms;
/// Packets that ask for no acknowledgement and got none are forgotten after this.
constexpr Duration silent_memory = 5s;
/// Times of the peer that differ by more are nonsense and not used.
constexpr std::int64_t longest_stamp_difference_us = 60'000'000;

/// The times on the wire are any 62-bit numbers: differences wrap instead of overflowing.
std::int64_t minus(std::int64_t a, std::int64_t b) {
  return static_cast<std::int64_t>(static_cast<std::uint64_t>(a) - static_cast<std::uint64_t>(b));
}

/// When the peer wrote the ACK, us on its clock.
std::int64_t written_at(const wire::Ack& ack) {
  return to_microseconds(ack.received_at) + to_microseconds(ack.delay);
}

/// How long before `later` the stamp was, as far as it makes sense.
Duration since(std::int64_t later, std::optional<std::int64_t> stamp) {
  if (!stamp) return {};
  const std::int64_t us = minus(later, *stamp);
  return us <= 0 || us > longest_stamp_difference_us ? Duration::zero() : Duration(us * 1000);
}

}  // namespace

/// Arrival times of an ACK, asked for in the order that they have there: numbers going down.
class SentPackets::ArrivalReader {
 public:
  explicit ArrivalReader(const wire::Ack& ack)
      : ack_(ack), number_(ack.largest.value), stamp_(to_microseconds(ack.received_at)) {}

  std::optional<std::int64_t> at(std::uint64_t number) {
    while (number_ > number && next_ < ack_.arrivals.size()) {
      const wire::Arrival& arrival = ack_.arrivals[next_++];
      number_ = number_ > arrival.gap ? number_ - arrival.gap - 1 : 0;
      stamp_ = minus(stamp_, arrival.earlier);
    }
    const std::int64_t from_largest = minus(stamp_, to_microseconds(ack_.received_at));
    const bool sane =
        -longest_stamp_difference_us < from_largest && from_largest < longest_stamp_difference_us;
    return number_ == number && sane ? std::optional(stamp_) : std::nullopt;
  }

 private:
  const wire::Ack& ack_;
  std::uint64_t number_;
  std::int64_t stamp_;
  std::size_t next_ = 0;
};

void SentPackets::on_sent(const SentPacket& packet) {
  assert(packet.number.value == next_ && !exhausted());
  make_room(packet.carried.size());
  // Written where it stays: a record that is copied there behind its bits stalls the processor.
  Record& record = at(next_++);
  record.sent = packet.sent;
  record.overtaken = Time::max();
  record.carried = carried_next_;
  record.size = static_cast<std::uint16_t>(packet.size);
  record.carried_count = static_cast<std::uint8_t>(packet.carried.size());
  bool media = false;
  for (const Carried& item : packet.carried) {
    carried_[carried_next_++ & (carried_.size() - 1)] = item;
    media = media || item.what == Carried::What::media || item.what == Carried::What::parity;
  }
  record.state = State::outstanding;
  record.ack_eliciting = packet.ack_eliciting;
  record.in_flight = packet.in_flight;
  record.media = media;
  record.probe = packet.probe;
  record.app_limited = packet.app_limited;
  record.marked = packet.marked;
  if (packet.in_flight) bytes_in_flight_ += packet.size;
  if (packet.ack_eliciting) {
    ++eliciting_in_flight_;
    last_eliciting_ = packet.sent;
  }
}

std::expected<SentPackets::AckOutcome, SentPackets::AckError> SentPackets::on_ack(Time now,
                                                                                  const wire::Ack& ack,
                                                                                  PacketSink& sink) {
  if (ack.largest.value >= next_) return std::unexpected(AckError::never_sent);  // AV-ACK-13
  AckOutcome outcome;
  const std::uint64_t largest = ack.largest.value;
  if (largest >= base_ && at(largest).state != State::acked && at(largest).ack_eliciting) {
    rtt_->on_sample(std::max(now - at(largest).sent, Duration::zero()), ack.delay, policy_.max_ack_delay);
    outcome.rtt_sampled = true;
  }
  if (ack.ecn && ack.ecn->ce > marked_) {
    outcome.newly_marked = ack.ecn->ce - marked_;
    marked_ = ack.ecn->ce;
  }

  ArrivalReader arrivals(ack);
  for_each_run(ack, [&](std::uint64_t lowest, std::uint64_t highest) {
    for (std::uint64_t n = highest + 1; n-- > lowest;) {
      if (at(n).state == State::acked) continue;
      outcome.newly_acked = true;
      on_acked_packet(n, now, ack, arrivals.at(n), sink);
    }
  });
  if (!largest_acked_ || *largest_acked_ < ack.largest) {
    mark_overtaken(now, ack);
    largest_acked_ = ack.largest;
  }
  if (outcome.newly_acked) probe_count_ = 0;
  detect_losses(now, sink);
  forget(now);
  return outcome;
}

std::optional<Time> SentPackets::timer() const {
  if (loss_timer_) return loss_timer_;
  if (eliciting_in_flight_ == 0) return std::nullopt;
  return last_eliciting_ + probe_timeout();
}

SentPackets::TimerOutcome SentPackets::on_timer(Time now, PacketSink& sink) {
  const std::optional<Time> due = timer();
  if (!due || now < *due) return TimerOutcome::nothing;
  if (loss_timer_) {
    const bool lost = detect_losses(now, sink);
    forget(now);
    return lost ? TimerOutcome::lost : TimerOutcome::nothing;
  }
  ++probe_count_;         // AV-LOSS-4
  last_eliciting_ = now;  // whatever the owner sends, the next timeout counts from here
  return TimerOutcome::probe;
}

void SentPackets::discard() {
  base_ = oldest_outstanding_ = next_;
  carried_base_ = carried_next_;
  bytes_in_flight_ = eliciting_in_flight_ = 0;
  loss_timer_.reset();
  shrink();
}

/// Runs of `ack` within what is remembered, going down.
template <class Visit>
void SentPackets::for_each_run(const wire::Ack& ack, Visit&& visit) const {
  std::uint64_t highest = ack.largest.value;
  std::uint64_t lowest = highest - std::min(ack.first_run, highest);
  for (std::size_t i = 0;; ++i) {
    if (highest < base_) return;
    visit(std::max(lowest, base_), highest);
    if (i == ack.ranges.size()) return;
    const wire::AckRange& range = ack.ranges[i];
    if (range.gap >= lowest || lowest - range.gap < 2) return;
    highest = lowest - range.gap - 2;
    lowest = highest - std::min(range.length, highest);
  }
}

SentPacket SentPackets::unpack(std::uint64_t number) const {
  const Record& record = at(number);
  SentPacket packet;
  packet.number = {number};
  packet.sent = record.sent;
  packet.size = record.size;
  packet.ack_eliciting = record.ack_eliciting;
  packet.in_flight = record.in_flight;
  packet.probe = record.probe;
  packet.app_limited = record.app_limited;
  packet.marked = record.marked;
  for (std::uint32_t i = 0; i < record.carried_count; ++i) {
    packet.carried.push_back(carried_[(record.carried + i) & (carried_.size() - 1)]);
  }
  return packet;
}

/// Doubles a ring that is about to overflow; its live entries keep their sequence numbers.
template <class T, class Sequence>
void SentPackets::grow(std::vector<T>& ring, Sequence begin, Sequence end, std::size_t more) {
  const std::size_t used = static_cast<Sequence>(end - begin);
  if (used + more <= ring.size()) return;
  std::vector<T> larger(std::bit_ceil(std::max<std::size_t>(used + more, 8)));
  for (Sequence i = begin; i != end; ++i) larger[i & (larger.size() - 1)] = ring[i & (ring.size() - 1)];
  ring = std::move(larger);
}

void SentPackets::make_room(std::size_t carried) {
  grow(records_, base_, next_, 1);
  grow(carried_, carried_base_, carried_next_, carried);
}

void SentPackets::leave_flight(const Record& record) {
  if (record.in_flight) bytes_in_flight_ -= record.size;
  if (record.ack_eliciting) --eliciting_in_flight_;
}

void SentPackets::on_acked_packet(std::uint64_t number, Time now, const wire::Ack& ack,
                                  const std::optional<std::int64_t>& arrival, PacketSink& sink) {
  Record& record = at(number);
  const bool spurious = record.state == State::lost;
  if (spurious) {
    ++spurious_;
  } else {
    leave_flight(record);
  }
  if (record.overtaken != Time::max()) {
    observe_reordering(now - since(written_at(ack), arrival) - record.overtaken, now);
  }
  record.state = State::acked;
  sink.on_acked(unpack(number), arrival, spurious);
}

/// Packets that the newest acknowledged one has passed: notes when the first later-sent packet arrived,
/// counted back from the moment at which the ACK was written.
void SentPackets::mark_overtaken(Time now, const wire::Ack& ack) {
  const std::uint64_t lowest = std::max(base_, largest_acked_ ? largest_acked_->value + 1 : 0);
  const std::int64_t told = written_at(ack);
  Duration longest{};
  ArrivalReader arrivals(ack);
  for (std::uint64_t n = ack.largest.value + 1; n-- > lowest;) {
    if (at(n).state == State::acked) {
      longest = std::max(longest, since(told, arrivals.at(n)));
    } else {
      at(n).overtaken = std::max(at(n).sent, now - longest);
    }
  }
}

void SentPackets::observe_reordering(Duration late, Time now) {
  const Duration most = std::max<Duration>(rtt_->smoothed(), 20ms);
  reorder_window_ = std::max(reorder_window_, std::min(late + late / 4, most));
  reordered_at_ = now;
}

/// When a packet that a later one has passed is to be declared lost.
Time SentPackets::loss_time(const Record& record) const {
  // AV-LOSS-3
  if (record.media) return record.overtaken == Time::max() ? Time::max() : record.overtaken + reorder_window_;
  const Duration round = std::max(rtt_->smoothed(), rtt_->latest());
  return record.sent + std::max(round + round / 8, granularity);
}

bool SentPackets::detect_losses(Time now, PacketSink& sink) {
  loss_timer_.reset();
  bool any = false;
  const std::uint64_t end = largest_acked_ ? largest_acked_->value : 0;
  for (std::uint64_t n = std::max(oldest_outstanding_, base_); n < end; ++n) {
    Record& record = at(n);
    if (record.state != State::outstanding) continue;
    const Time lost_at = loss_time(record);
    if (lost_at <= now || (!record.media && end - n >= packet_threshold)) {  // AV-LOSS-2
      any = true;
      declare_lost(n, sink);
    } else if (!loss_timer_ || lost_at < *loss_timer_) {
      loss_timer_ = lost_at;
    }
  }
  return any;
}

void SentPackets::declare_lost(std::uint64_t number, PacketSink& sink) {
  Record& record = at(number);
  record.state = State::lost;
  leave_flight(record);
  ++lost_;
  sink.on_lost(unpack(number));
}

void SentPackets::lose_all(Time now, PacketSink& sink) {
  for (std::uint64_t n = std::max(oldest_outstanding_, base_); n < next_; ++n) {
    if (at(n).state == State::outstanding) declare_lost(n, sink);
  }
  loss_timer_.reset();
  probe_count_ = 0;
  forget(now);
}

/// Frees what nobody will ask for again, from the oldest on.
void SentPackets::forget(Time now) {
  while (oldest_outstanding_ < next_ && at(oldest_outstanding_).state != State::outstanding)
    ++oldest_outstanding_;
  const Duration memory = lost_memory + 2 * rtt_->smoothed();
  for (; base_ < next_; ++base_) {
    const Record& record = at(base_);
    const Duration age = now - record.sent;
    const bool crowded = next_ - base_ > max_outstanding / 2;
    if (record.state == State::lost && age < memory && !crowded) break;
    if (record.state == State::outstanding &&
        (record.ack_eliciting || record.in_flight || age < silent_memory))
      break;
    carried_base_ += record.carried_count;
  }
  oldest_outstanding_ = std::max(oldest_outstanding_, base_);
  if (now - reordered_at_ > reorder_memory) {
    reorder_window_ = std::max(first_reorder_window, reorder_window_ - reorder_window_ / 8);
    reordered_at_ = now;
  }
}

Duration SentPackets::probe_timeout() const {
  Duration timeout = rtt_->probe_timeout(policy_.max_ack_delay);
  const Duration longest = std::max(timeout, policy_.longest);
  for (unsigned i = 0; i < probe_count_ && timeout < longest; ++i) {
    timeout = std::min(longest, seconds_of(to_seconds(timeout) * policy_.backoff));
  }
  return timeout;
}

}  // namespace avocet::recovery
