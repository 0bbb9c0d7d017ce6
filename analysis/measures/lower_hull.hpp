#pragma once

#include <cstdint>
#include <vector>

namespace avocet::analysis {

/// The line below all points that is closest to them: what two clocks differ by when the points are one-way
/// delays, whose noise is never negative. The linear program of Moon, Skelly and Towsley ("Estimation and
/// removal of clock skew from network delay measurements", INFOCOM 1999) is solved by the lower convex hull
/// (Zhang, Liu, Xia: "Clock synchronization algorithms for network measurements", INFOCOM 2002): its optimum
/// is the edge of the hull below the mean of x.
class LowerHull {
 public:
  /// x in the order of adding; one that is lower counts as the highest so far.
  void add(double x, double y);

  std::uint64_t count() const { return count_; }
  /// Of that line; 0 below two points.
  double slope() const;
  /// The lowest y of all points after `slope` times x was taken off; 0 without points.
  double lowest(double slope) const;
  /// How far the points lie above the line of that slope that touches them from below, on average.
  double gap(double slope) const;
  /// Slopes of the edges: among them is the one whose gap is least.
  std::vector<double> edges() const;

 private:
  struct Point {
    double x, y;
  };
  /// Hulls of delays have some ten corners. One that has more loses the flattest.
  static constexpr std::size_t most_corners = 512;
  void thin();

  std::vector<Point> hull_;
  std::uint64_t count_ = 0;
  double sum_x_ = 0, sum_y_ = 0;
};

}  // namespace avocet::analysis
