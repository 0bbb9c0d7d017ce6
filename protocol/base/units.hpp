#pragma once

#include <compare>
#include <cstdint>
#include <limits>

#include "protocol/base/time.hpp"

namespace avocet {

/// Rounds towards zero and stays in range, so that no product of an infinite rate or a vast time overflows.
constexpr std::int64_t saturated(double n) {
  constexpr double limit = 9.2233720368547748e18;  // the largest double below 2^63
  if (n > limit) return std::numeric_limits<std::int64_t>::max();
  return n < -limit ? std::numeric_limits<std::int64_t>::min() : static_cast<std::int64_t>(n);
}

/// An amount of data. Stored in bytes; may be negative as a difference.
class DataSize {
 public:
  constexpr DataSize() = default;
  static constexpr DataSize bytes(std::int64_t n) { return DataSize(n); }
  static constexpr DataSize zero() { return {}; }

  constexpr std::int64_t bytes() const { return bytes_; }
  constexpr std::int64_t bits() const { return bytes_ * 8; }

  constexpr auto operator<=>(const DataSize&) const = default;
  constexpr DataSize& operator+=(DataSize o) { return bytes_ += o.bytes_, *this; }
  constexpr DataSize& operator-=(DataSize o) { return bytes_ -= o.bytes_, *this; }
  friend constexpr DataSize operator+(DataSize a, DataSize b) { return a += b; }
  friend constexpr DataSize operator-(DataSize a, DataSize b) { return a -= b; }
  friend constexpr DataSize operator*(DataSize a, double k) {
    return bytes(saturated(static_cast<double>(a.bytes_) * k));
  }
  friend constexpr double operator/(DataSize a, DataSize b) {
    return static_cast<double>(a.bytes_) / static_cast<double>(b.bytes_);
  }

 private:
  constexpr explicit DataSize(std::int64_t n) : bytes_(n) {}
  std::int64_t bytes_ = 0;
};

/// A rate of data, in bit/s. The three relations `rate * time = size`, `size / rate = time` and
/// `size / time = rate` are the only way between the units.
class DataRate {
 public:
  constexpr DataRate() = default;
  static constexpr DataRate bps(std::int64_t n) { return DataRate(n); }
  static constexpr DataRate kbps(double n) { return DataRate(saturated(n * 1e3)); }
  static constexpr DataRate mbps(double n) { return DataRate(saturated(n * 1e6)); }
  static constexpr DataRate zero() { return {}; }
  static constexpr DataRate infinite() { return DataRate(std::numeric_limits<std::int64_t>::max()); }

  constexpr std::int64_t bps() const { return bps_; }
  constexpr double mbps() const { return static_cast<double>(bps_) / 1e6; }
  constexpr bool is_infinite() const { return *this == infinite(); }

  constexpr auto operator<=>(const DataRate&) const = default;
  /// Infinite when one of them is.
  friend constexpr DataRate operator+(DataRate a, DataRate b) {
    return a.is_infinite() || b.is_infinite() ? infinite() : DataRate(a.bps_ + b.bps_);
  }
  /// Infinite when `a` is.
  friend constexpr DataRate operator-(DataRate a, DataRate b) {
    return a.is_infinite() ? a : DataRate(a.bps_ - b.bps_);
  }
  friend constexpr DataRate operator*(DataRate a, double k) {
    return DataRate(saturated(static_cast<double>(a.bps_) * k));
  }
  friend constexpr double operator/(DataRate a, DataRate b) {
    return static_cast<double>(a.bps_) / static_cast<double>(b.bps_);
  }

 private:
  constexpr explicit DataRate(std::int64_t n) : bps_(n) {}
  std::int64_t bps_ = 0;
};

constexpr DataSize operator*(DataRate r, Duration t) {
  return DataSize::bytes(saturated(static_cast<double>(r.bps()) * to_seconds(t) / 8));
}
constexpr DataSize operator*(Duration t, DataRate r) { return r * t; }

/// Time that `s` takes at `r`. A rate of zero never finishes: Duration::max().
constexpr Duration operator/(DataSize s, DataRate r) {
  if (r.bps() <= 0) return Duration::max();
  return Duration(saturated(static_cast<double>(s.bytes()) * 8e9 / static_cast<double>(r.bps())));
}

/// Mean rate of `s` over `t`. Zero time has no rate: DataRate::infinite().
constexpr DataRate operator/(DataSize s, Duration t) {
  if (t <= Duration::zero()) return DataRate::infinite();
  return DataRate::bps(saturated(static_cast<double>(s.bytes()) * 8 / to_seconds(t)));
}

}  // namespace avocet
