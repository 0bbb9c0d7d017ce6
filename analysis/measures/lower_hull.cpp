#include "analysis/measures/lower_hull.hpp"

#include <algorithm>

namespace avocet::analysis {

void LowerHull::add(double x, double y) {
  if (!hull_.empty()) x = std::max(x, hull_.back().x);
  ++count_;
  sum_x_ += x;
  sum_y_ += y;
  if (!hull_.empty() && hull_.back().x == x) {
    if (hull_.back().y <= y) return;
    hull_.pop_back();
  }
  const auto turns_down = [&](const Point& a, const Point& b) {
    return (b.x - a.x) * (y - a.y) <= (b.y - a.y) * (x - a.x);
  };
  while (hull_.size() >= 2 && turns_down(hull_[hull_.size() - 2], hull_.back())) hull_.pop_back();
  hull_.push_back({x, y});
  if (hull_.size() >= most_corners) thin();
}

void LowerHull::thin() {
  std::vector<double> depths(hull_.size());
  for (std::size_t i = 1; i + 1 < hull_.size(); ++i) {
    const Point &a = hull_[i - 1], &b = hull_[i + 1];
    depths[i] = a.y + (b.y - a.y) * (hull_[i].x - a.x) / (b.x - a.x) - hull_[i].y;
  }
  std::vector<double> sorted = depths;
  const auto middle = sorted.begin() + static_cast<std::ptrdiff_t>(sorted.size() / 2);
  std::ranges::nth_element(sorted, middle);
  std::size_t kept = 1;
  bool dropped = false;
  for (std::size_t i = 1; i < hull_.size(); ++i) {
    dropped = !dropped && i + 1 < hull_.size() && depths[i] <= *middle;
    if (!dropped) hull_[kept++] = hull_[i];
  }
  hull_.resize(kept);
}

double LowerHull::slope() const {
  if (hull_.size() < 2) return 0;
  const double middle = sum_x_ / static_cast<double>(count_);
  std::size_t i = 1;
  while (i + 1 < hull_.size() && hull_[i].x < middle) ++i;
  return (hull_[i].y - hull_[i - 1].y) / (hull_[i].x - hull_[i - 1].x);
}

double LowerHull::lowest(double slope) const {
  if (hull_.empty()) return 0;
  double out = hull_[0].y - slope * hull_[0].x;
  for (const Point& p : hull_) out = std::min(out, p.y - slope * p.x);
  return out;
}

double LowerHull::gap(double slope) const {
  return count_ == 0 ? 0 : (sum_y_ - slope * sum_x_) / static_cast<double>(count_) - lowest(slope);
}

std::vector<double> LowerHull::edges() const {
  std::vector<double> out;
  for (std::size_t i = 1; i < hull_.size(); ++i)
    out.push_back((hull_[i].y - hull_[i - 1].y) / (hull_[i].x - hull_[i - 1].x));
  return out;
}

}  // namespace avocet::analysis
