#pragma once

#include <algorithm>

#include "protocol/base/time.hpp"
#include "protocol/base/units.hpp"

namespace avocet::sim {

/// A token bucket that lets pass or drops, and keeps nothing waiting (RFC 2475 section 2.3.3.4): tokens come
/// at a rate, and `burst` of them are kept.
class Policer {
 public:
  Policer(DataRate rate, DataSize burst)
      : rate_(rate), burst_(static_cast<double>(burst.bytes())), tokens_(burst_) {}

  bool passes(Time now, DataSize size) {
    tokens_ = std::min(burst_, tokens_ + static_cast<double>(rate_.bps()) / 8 * to_seconds(now - last_));
    last_ = now;
    const auto wanted = static_cast<double>(size.bytes());
    if (wanted > tokens_) return false;
    tokens_ -= wanted;
    return true;
  }

 private:
  DataRate rate_;
  double burst_, tokens_;  // bytes
  Time last_{};
};

}  // namespace avocet::sim
