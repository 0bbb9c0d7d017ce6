#include "protocol/rate/queue_fall.hpp"

#include <algorithm>

namespace avocet::rate {

namespace {

constexpr Duration apart = 15ms, least_span = 250ms;

}  // namespace

void QueueFall::begin(Time sent, Duration reaction) {
  from_ = sent + reaction;
  points_.resize(most_points);
  used_ = next_ = 0;
}

void QueueFall::on_packet(Time sent, Duration queue) {
  if (sent < from_ || (used_ > 0 && sent < newest_ + apart)) return;
  if (used_ == 0) first_ = sent;
  newest_ = sent;
  points_[next_] = {sent, queue};
  next_ = (next_ + 1) % most_points;
  used_ = std::min(used_ + 1, most_points);
}

std::optional<double> QueueFall::speed() const {
  if (used_ < least_points || newest_ - first_ < least_span) return std::nullopt;
  double sum_x = 0, sum_y = 0, sum_xx = 0, sum_xy = 0;
  for (std::size_t i = 0; i < used_; ++i) {
    const double x = to_seconds(points_[i].sent - from_), y = to_seconds(points_[i].queue);
    sum_x += x, sum_y += y, sum_xx += x * x, sum_xy += x * y;
  }
  const auto n = static_cast<double>(used_);
  const double variance = sum_xx - sum_x * sum_x / n;
  if (variance <= 0) return std::nullopt;
  return -(sum_xy - sum_x * sum_y / n) / variance;
}

}  // namespace avocet::rate
