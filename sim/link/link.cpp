#include "sim/link/link.hpp"

#include <algorithm>
#include <cassert>
#include <utility>

namespace avocet::link {

namespace {

/// `Random::gaussian` ends here on both sides.
constexpr int widest_jitter = 3;

}  // namespace

Link::Link(LinkConfig config, std::uint64_t seed)
    : config_(std::move(config)), schedule_(config_.rate), medium_(config_, seed) {
  std::ranges::sort(config_.drop_list);
}

void Link::start(Time now) {
  if (!start_) start_ = now;
}

void Link::push(Time now, ByteView datagram, Ecn ecn, std::uint64_t tag) {
  start(now);
  advance(now);
  now = latest_;

  Delivery entering{.at = now,
                    .pushed = now,
                    .queued = {},
                    .index = stats_.pushed.datagrams,
                    .tag = tag,
                    .ecn = ecn,
                    .bytes = Bytes(datagram.begin(), datagram.end())};
  stats_.pushed.add(datagram.size());
  stats_.held.add(datagram.size());
  admit(std::move(entering), now);
  advance(now);
}

std::optional<Time> Link::next() const {
  std::optional<Time> soonest;
  if (!arrivals_.empty()) soonest = arrivals_.front().delivery.at;
  if (serving_ && served_at_ != Time::max()) {
    const Duration least = std::max(Duration::zero(), config_.delay - widest_jitter * config_.jitter);
    const Time earliest = served_at_ + least;
    if (!soonest || earliest < *soonest) soonest = earliest;
  }
  return soonest;
}

std::optional<Delivery> Link::pop(Time now) {
  advance(now);
  if (arrivals_.empty() || arrivals_.front().delivery.at > latest_) return std::nullopt;
  std::ranges::pop_heap(arrivals_, Later{});
  Delivery out = std::move(arrivals_.back().delivery);
  arrivals_.pop_back();
  stats_.delivered.add(out.bytes.size());
  --stats_.held.datagrams;
  stats_.held.bytes -= out.bytes.size();
  return out;
}

DataRate Link::rate(Time now) const { return schedule_.at(start_ ? since_start(now) : Duration::zero()); }

bool Link::Later::operator()(const Arrival& a, const Arrival& b) const {
  return std::pair(a.delivery.at, a.order) > std::pair(b.delivery.at, b.order);
}

/// Everything that happens up to `now`, in the order of its times.
void Link::advance(Time now) {
  latest_ = std::max(latest_, now);
  if (!start_) return;
  stepped_ = std::max(stepped_, *start_);
  for (;;) {
    const Time step = next_step(stepped_);
    const Time served = serving_ ? served_at_ : Time::max();
    if (std::min(step, served) > latest_ || std::min(step, served) == Time::max()) return;
    if (served <= step) {
      cross_bottleneck(served);
    } else {
      stepped_ = step;
      shrink_queue(step);
    }
  }
}

void Link::admit(Delivery datagram, Time now) {
  if (std::ranges::binary_search(config_.drop_list, datagram.index))
    return drop(datagram, now, DropReason::listed);
  if (datagram.bytes.size() > config_.largest) return drop(datagram, now, DropReason::too_large);
  if (config_.ecn == EcnPath::dropped && datagram.ecn != Ecn::not_ect)
    return drop(datagram, now, DropReason::marked);
  if (config_.ecn == EcnPath::cleared) datagram.ecn = Ecn::not_ect;
  if (DataSize::bytes(static_cast<std::int64_t>(stats_.held.bytes)) > config_.hold) {
    return drop(datagram, now, DropReason::hold);
  }
  const bool idle = !serving_;
  if (idle && rate(now).is_infinite()) return cross_medium(std::move(datagram), now);

  const DataSize room = rate(now).is_infinite() ? config_.hold : config_.queue * rate(now);
  if (!idle && waiting_size_ + on_wire(datagram) > room) return drop(datagram, now, DropReason::queue);
  waiting_size_ += on_wire(datagram);
  waiting_.push_back(std::move(datagram));
  if (idle) begin_service(now);
}

void Link::begin_service(Time now) {
  if (waiting_.empty()) return;
  Delivery first = std::move(waiting_.front());
  waiting_.pop_front();
  waiting_size_ -= on_wire(first);

  first.queued = now - first.pushed;
  stats_.longest_queue = std::max(stats_.longest_queue, first.queued);
  if (config_.mark_above > Duration::zero() && first.queued > config_.mark_above &&
      first.ecn != Ecn::not_ect) {
    first.ecn = Ecn::ce;
    stats_.marked.add(first.bytes.size());
  }
  const Duration finish = schedule_.finish(since_start(now), on_wire(first));
  served_at_ = finish == Duration::max() ? Time::max() : *start_ + finish;
  serving_ = std::move(first);
}

void Link::cross_bottleneck(Time now) {
  Delivery served = std::move(*serving_);
  serving_.reset();
  cross_medium(std::move(served), now);
  begin_service(now);
}

void Link::shrink_queue(Time now) {
  const DataRate current = rate(now);
  if (current.is_infinite()) return;
  while (!waiting_.empty() && waiting_size_ > config_.queue * current) {
    waiting_size_ -= on_wire(waiting_.back());
    drop(waiting_.back(), now, DropReason::rate_step);
    waiting_.pop_back();
  }
}

void Link::cross_medium(Delivery datagram, Time now) {
  if (medium_.in_blackhole(since_start(now))) return drop(datagram, now, DropReason::blackhole);
  if (medium_.loses(since_start(now))) return drop(datagram, now, DropReason::random);
  if (medium_.corrupts() && !datagram.bytes.empty()) {
    medium_.flip_bits(datagram.bytes);
    stats_.corrupted.add(datagram.bytes.size());
  }
  const Medium::Arrival arrival = medium_.cross(since_start(now));
  const Time at = *start_ + arrival.at;
  if (arrival.held_back) stats_.reordered.add(datagram.bytes.size());
  if (arrival.twice) {
    stats_.duplicated.add(datagram.bytes.size());
    stats_.held.add(datagram.bytes.size());
    arrive(datagram, at);
  }
  arrive(std::move(datagram), at);
}

void Link::arrive(Delivery datagram, Time at) {
  datagram.at = at;
  arrivals_.push_back({arrival_order_++, std::move(datagram)});
  std::ranges::push_heap(arrivals_, Later{});
}

void Link::drop(const Delivery& datagram, Time now, DropReason reason) {
  const std::size_t size = datagram.bytes.size();
  stats_.dropped(reason).add(size);
  --stats_.held.datagrams;
  stats_.held.bytes -= size;
  if (config_.drop_record == 0) return;
  if (drops_.size() == config_.drop_record) drops_.pop_front();
  drops_.push_back({now, datagram.index, size, reason, datagram.tag});
}

DataSize Link::on_wire(const Delivery& datagram) const {
  return DataSize::bytes(static_cast<std::int64_t>(datagram.bytes.size())) + config_.overhead;
}

Time Link::next_step(Time after) const {
  const Duration step = schedule_.next_step(since_start(after));
  return step == Duration::max() ? Time::max() : *start_ + step;
}

}  // namespace avocet::link
