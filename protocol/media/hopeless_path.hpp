#pragma once

#include <algorithm>
#include <optional>

#include "protocol/media/media_sender.hpp"
#include "protocol/media/repair_timing.hpp"

namespace avocet::media {

/// Notices that live frames could not arrive in time even if they left at once, because a queue stands on the
/// way that is not ours to empty. Receivers show late then what comes late (AV-PLY-8): it is sent as if the
/// path had always been as slow.
class HopelessPath {
 public:
  /// What a frame that comes now may be late.
  Duration grace(Time now, Time deadline, const Path& path) {
    if (now + lag(path) <= deadline) {
      since_.reset();
      if (now - last_ > forgotten_after) known_ = false;
    } else {
      last_ = now;
      if (!since_) since_ = now;
      known_ = known_ || now - *since_ >= patience;
    }
    return known_ ? path.risen : Duration::zero();
  }

 private:
  static constexpr Duration patience = 1s, forgotten_after = 30s;

  bool known_ = false;
  std::optional<Time> since_;  // when every frame since was late
  Time last_{};
};

}  // namespace avocet::media
