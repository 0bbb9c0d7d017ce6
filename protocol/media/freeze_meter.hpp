#pragma once

#include <cstdint>
#include <optional>

#include "protocol/base/inline_vector.hpp"
#include "protocol/base/time.hpp"

namespace avocet::media {

/// Counts freezes as W3C webrtc-stats defines freezeCount: the interval between two frames shown one after
/// the other is at least max(3 x average, average + 150 ms), the average being over the last 30 intervals.
class FreezeMeter {
 public:
  /// A frame will be shown at `due`. Frames may come out of presentation order by up to 32.
  void show(Time due);
  /// Settles what is shown up to `now`.
  void advance(Time now);
  /// The next interval does not count: a pause, a seek.
  void restart();

  std::uint64_t count() const { return count_; }
  Duration total() const { return total_; }

 private:
  void shown(Time at);

  InlineVector<Time, 32> upcoming_;  // ascending
  std::optional<Time> last_;
  Duration intervals_[30]{};
  std::size_t measured_ = 0;
  Duration sum_{};
  std::uint64_t count_ = 0;
  Duration total_{};
};

}  // namespace avocet::media
