#pragma once

#include <algorithm>
#include <optional>

#include "protocol/base/ids.hpp"
#include "protocol/base/time.hpp"

namespace avocet::service {

/// Whether to ask for a key frame: not while one is on its way, and never sooner after the last one, or the
/// last request, than encoders with groups of half a second make the next by themselves (AV-LIVE-11). So
/// these are never asked, and nobody can make an encoder produce nothing but key frames.
class KeyFrameWish {
 public:
  static constexpr Duration apart = 600ms;

  /// A key frame with a number above `after` is wanted.
  void want(FrameNumber after) { after_ = after_ ? std::max(*after_, after) : after; }
  /// A key frame came by.
  void came(Time now, FrameNumber number) {
    newest_ = newest_ ? std::max(*newest_, number) : number;
    quiet_until_ = now + apart;
    if (after_ && *newest_ > *after_) after_.reset();
  }
  /// The number to ask with, when it is time to ask; again and again until the key frame comes.
  std::optional<FrameNumber> take_request(Time now) {
    if (after_ && newest_ && *newest_ > *after_) after_.reset();
    if (!after_ || (quiet_until_ && now < *quiet_until_)) return std::nullopt;
    quiet_until_ = now + apart;
    return after_;
  }

 private:
  std::optional<FrameNumber> after_, newest_;
  std::optional<Time> quiet_until_;
};

}  // namespace avocet::service
