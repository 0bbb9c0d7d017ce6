#include "protocol/rate/train.hpp"

#include <algorithm>
#include <cmath>

namespace avocet::rate {

namespace {

constexpr std::size_t least_packets = 4;
/// A train whose packets do not come is over after this, beyond a round trip.
constexpr Duration patience = 300ms;

}  // namespace

void Train::begin(Time now, DataRate rate, DataSize size) {
  state_ = State::sending;
  rate_ = rate;
  left_ = size;
  began_ = first_ = last_ = ended_ = now;
  begin_ = end_ = {};
  bytes_ = 0;
  results_ = lost_ = 0;
  stride_ = 1 + static_cast<std::size_t>(size.bytes()) / (1000 * max_points);
  points_.clear();
  points_.reserve(max_points);
}

bool Train::on_sent(Time now, PacketNumber number, std::size_t size) {
  if (state_ != State::sending) return false;
  if (end_.value == 0) {
    begin_ = number;
    first_ = now;
  } else {
    bytes_ += static_cast<std::int64_t>(size);
  }
  end_ = number + 1;
  last_ = ended_ = now;
  left_ -= DataSize::bytes(static_cast<std::int64_t>(size));
  if (left_ <= DataSize::zero() || end_ - begin_ >= max_packets) state_ = State::flying;
  return true;
}

void Train::on_arrival(PacketNumber number, Time sent, Duration delay) {
  if (state_ == State::idle || number < begin_ || number >= end_) return;
  ++results_;
  if ((number - begin_) % stride_ == 0 && points_.size() < max_points) points_.push_back({sent, delay});
}

void Train::on_lost(PacketNumber number) {
  if (state_ == State::idle || number < begin_ || number >= end_) return;
  ++results_;
  ++lost_;
}

std::optional<Train::Outcome> Train::take_outcome(Time now, Duration round_trip) {
  if (state_ == State::idle) return std::nullopt;
  if (state_ == State::sending) {
    if (now - began_ < 2 * patience) return std::nullopt;
    state_ = State::flying;
  }
  const std::size_t expected = end_ - begin_;
  const bool complete = results_ >= expected;
  if (!complete && now - ended_ < round_trip + patience) return std::nullopt;
  state_ = State::idle;
  const Duration span = last_ - first_;
  if (points_.size() < least_packets || span <= 1ms) return std::nullopt;

  // Least squares: delay over time of sending.
  double sum_x = 0, sum_y = 0, sum_xx = 0, sum_xy = 0, sum_yy = 0;
  for (const Point& p : points_) {
    const double x = to_seconds(p.sent - first_), y = to_seconds(p.delay);
    sum_x += x, sum_y += y, sum_xx += x * x, sum_xy += x * y, sum_yy += y * y;
  }
  const auto n = static_cast<double>(points_.size());
  const double variance = sum_xx - sum_x * sum_x / n;
  if (variance <= 0) return std::nullopt;
  Outcome outcome;
  outcome.slope = std::clamp((sum_xy - sum_x * sum_y / n) / variance, -0.5, 100.0);
  const double spread = sum_yy - sum_y * sum_y / n - outcome.slope * outcome.slope * variance;
  outcome.doubt = std::sqrt(std::max(0.0, spread) / (n - 2) / variance);
  outcome.sent = DataSize::bytes(bytes_) / span;
  outcome.span = span;
  outcome.carried = outcome.sent * (1 / (1 + std::max(0.0, outcome.slope)));
  outcome.packets = static_cast<int>(expected);
  outcome.lost = static_cast<int>(lost_);
  outcome.arrived = outcome.carried * (1 - static_cast<double>(lost_) / static_cast<double>(expected));
  return outcome;
}

}  // namespace avocet::rate
