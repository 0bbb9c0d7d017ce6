#pragma once

#include <cstdint>
#include <optional>

#include "protocol/base/time.hpp"
#include "protocol/base/units.hpp"

namespace avocet::rate {

/// Among flows that fill the queue until they lose, such as TCP, whoever retreats from it is left with
/// nothing. Notices that a queue does not drain although we retreated again and again, and says then how fast
/// to be as long as the others are there: loss governs, as it governs them.
class Competition {
 public:
  bool active() const { return active_; }

  /// Before a retreat from `rate`.
  void on_retreat(DataRate rate) {
    if (failures_ == 0) uncontested_ = rate;
  }
  /// A retreat is over, and the queue gone or not. `tested`: what stands does not care how fast we are.
  void on_drained(bool gone, bool tested) { failures_ = gone ? 0 : failures_ + (tested ? 2 : 1); }
  /// The queue still stood when the last retreat was over.
  bool last_retreat_failed() const { return failures_ > 0; }

  /// As measured now. `limit`: a standing queue above it is one. `new_block`: `standing` is news.
  struct Queue {
    Duration standing, floor, limit;
    bool new_block;
  };
  enum class Change : std::uint8_t {
    none,
    begun,    ///< there are others: at_first() is the rate to begin with
    over,     ///< the others have left
    mistaken  ///< what looked like a queue is the delay of the path
  };
  /// Once per feedback. `yielding`: a retreat that is under way lasts until then.
  Change watch(Time now, const Queue&, Duration round_trip, Time yielding);
  /// At least as fast as before the retreats that did not help.
  DataRate at_first(DataRate rate) const { return rate > uncontested_ ? rate : uncontested_; }

  struct Turn {
    DataRate rate;
    double weight;
    Duration queue, round_trip;
    std::optional<Time> lost;  ///< when the newest packet that is now known to be lost was sent
  };
  /// The rate from now on, once per feedback while active.
  DataRate next_rate(Time now, const Turn&);
  /// A deliberate retreat lasts at `t`: were we alone, the queue would empty.
  bool yields(Time t) const { return t < yields_until_; }

 private:
  bool active_ = false;
  int failures_ = 0, low_blocks_ = 0;
  DataRate uncontested_;  // before the retreats that did not help
  Time high_since_{}, turned_at_{}, test_at_{}, yields_until_{};
  bool climbing_ = false;  // nothing was lost yet
  Time backed_off_at_{};
  double crowded_window_ = 0;  // packets per round trip at the last loss
};

}  // namespace avocet::rate
