#pragma once

#include <algorithm>
#include <optional>

#include "protocol/base/time.hpp"

namespace avocet::session {

/// How long a client waits for media before it asks whether the server still finds it (AV-MIG-7): a NAT may
/// have given it another port, of which only a packet of its own tells. Live frames come every few
/// milliseconds; stored ones in runs, and each question between two of those would cost both ends a packet.
class MediaPauses {
 public:
  /// Longer than the pauses of a stream at ten pictures per second; and what a buffer should bear.
  static constexpr Duration least = 100ms, most = 500ms;

  void on_media(Time now) {
    const Duration pause = last_ ? now - *last_ : Duration::zero();
    last_ = now;
    if (pause < within_a_run) return;
    usual_ = pause > usual_ ? std::min(pause, most) : usual_ - (usual_ - pause) / 8;
  }
  /// Media that pauses for longer than this has paused for longer than usual.
  Duration patience() const { return std::clamp(usual_ * 3 / 2, least, most); }

 private:
  static constexpr Duration within_a_run = 5ms;

  std::optional<Time> last_;
  Duration usual_{};
};

}  // namespace avocet::session
