#pragma once

#include <cstdint>

#include "protocol/base/time.hpp"

namespace avocet::analysis {

/// How well an encoder keeps to the rate that it is told: in spans that even out key frames and the time that
/// it takes to follow, what it makes over what it was told on average.
class TargetMeter {
 public:
  void told(Time now, double rate) {
    advance(now);
    target_ = rate;
  }
  void made(Time now, std::size_t bytes) {
    advance(now);
    bytes_ += bytes;
  }

  Duration looked_at() const { return looked_at_; }
  Duration above() const { return above_; }  ///< of that, with clearly too much
  double worst() const { return worst_; }    ///< largest share of what it was told
  Time worst_at() const { return worst_at_; }

 private:
  static constexpr double tolerance = 1.15;
  static constexpr Duration span = 4s;

  void advance(Time now) {
    allowed_ += target_ * to_seconds(now - last_) / 8;
    last_ = now;
    if (now - begins_ < span) return;
    if (bytes_ > 0 && whole_) {
      const double share = static_cast<double>(bytes_) / allowed_;
      looked_at_ += now - begins_;
      if (share > tolerance) above_ += now - begins_;
      if (share > worst_) worst_ = share, worst_at_ = begins_;
    }
    whole_ = target_ > 0;  // it was told from the beginning of the next one on
    allowed_ = 0;
    bytes_ = 0;
    begins_ = now;
  }

  Time begins_{}, last_{}, worst_at_{};
  bool whole_ = false;
  double target_ = 0, allowed_ = 0, worst_ = 0;  // bit/s, bytes
  std::uint64_t bytes_ = 0;
  Duration looked_at_{}, above_{};
};

}  // namespace avocet::analysis
