#include "sim/link/medium.hpp"

#include <algorithm>
#include <utility>

namespace avocet::link {
namespace {

enum Stream : std::uint64_t {
  loss_stream = 1,
  jitter_stream,
  duplicate_stream,
  reorder_stream,
  corrupt_stream
};

Duration scaled(Duration d, double factor) {
  return Duration(static_cast<std::int64_t>(static_cast<double>(d.count()) * factor));
}

}  // namespace

Medium::Medium(LinkConfig config, std::uint64_t seed)
    : config_(std::move(config)),
      loss_random_(seed, loss_stream),
      jitter_random_(seed, jitter_stream),
      duplicate_random_(seed, duplicate_stream),
      reorder_random_(seed, reorder_stream),
      corrupt_random_(seed, corrupt_stream) {}

bool Medium::in_blackhole(Duration at) const {
  return std::ranges::any_of(config_.blackholes,
                             [at](const Blackhole& b) { return at >= b.from && at < b.until; });
}

bool Medium::loses(Duration at) {
  const auto& later = config_.later_loss;
  while (loss_steps_ < later.size() && later[loss_steps_].at <= at) ++loss_steps_;
  const Loss& loss = loss_steps_ == 0 ? config_.loss : later[loss_steps_ - 1].loss;
  if (loss_random_.chance(bad_ ? loss.to_good : loss.to_bad)) bad_ = !bad_;
  return within_burst(loss_random_.chance(bad_ ? loss.in_bad : loss.in_good), lost_in_a_row_);
}

bool Medium::corrupts() { return within_burst(corrupt_random_.chance(config_.corrupt), damaged_in_a_row_); }

/// Whether one is hit after all: one that would make a longer burst than there may be is spared.
bool Medium::within_burst(bool hit, std::uint32_t& in_a_row) const {
  if (hit && config_.longest_burst > 0 && in_a_row >= config_.longest_burst) hit = false;
  in_a_row = hit ? in_a_row + 1 : 0;
  return hit;
}

void Medium::flip_bits(Bytes& bytes) {
  if (bytes.empty()) return;
  const std::uint64_t bits = bytes.size() * 8;
  const std::uint64_t first = corrupt_random_.below(bits);
  const std::uint64_t run = 1 + corrupt_random_.below(8);
  for (std::uint64_t i = 0; i < run; ++i) {
    const std::uint64_t bit = (first + i) % bits;
    if (i == 0 || corrupt_random_.chance(0.5)) bytes[bit / 8] ^= static_cast<std::byte>(1u << (bit % 8));
  }
}

Medium::Arrival Medium::cross(Duration from) {
  Duration way = config_.delay;
  if (config_.jitter > Duration::zero()) way += scaled(config_.jitter, jitter_random_.gaussian());
  Arrival arrival{.at = std::max(from + std::max(way, Duration::zero()), last_arrival_)};
  arrival.held_back = reorder_random_.chance(config_.reorder.probability);
  if (arrival.held_back) {
    arrival.at += config_.reorder.by;
  } else {
    last_arrival_ = arrival.at;
  }
  arrival.twice = duplicate_random_.chance(config_.duplicate);
  return arrival;
}

}  // namespace avocet::link
