#pragma once

#include "protocol/base/time.hpp"
#include "protocol/base/units.hpp"

namespace avocet::rate {

/// Spreads packets over time: a token bucket in virtual time whose burst is one datagram or 1 ms at the rate,
/// whichever is more, and besides a run of what the path takes at once (set_run). What is patient waits until
/// such a run has been saved up, so that it leaves in one write, and then for a beat that other pacers share,
/// so that a server of many wakes up once for several. A probing train runs faster for its length, on credit
/// of its own.
class Pacer {
 public:
  explicit Pacer(DataRate rate, DataSize datagram = DataSize::bytes(1200)) : datagram_(datagram) {
    usual_ = at_rate(rate, run_);
  }

  /// From `now` on.
  void set_rate(Time now, DataRate rate);
  /// How much may be saved up, beyond the usual burst, to leave at once; never more than 200 ms at the rate.
  void set_run(DataSize run) {
    if (run == run_) return;
    run_ = run;
    usual_ = at_rate(usual_.rate, run_);
  }
  /// The next `size` bytes may leave at `rate`; what is unsent 500 ms later is forgotten. What is patient
  /// leaves in small parts of a run.
  void begin_train(Time now, DataRate rate, DataSize size, bool patient = false);
  bool in_train(Time now) const { return train_ > DataSize::zero() && now < train_end_; }

  /// `patient`: nothing that waits is in a hurry.
  bool can_send(Time now, bool patient = false) const { return now >= next(now, patient); }
  /// When can_send becomes true: `now` or earlier means at once.
  Time next(Time now, bool patient = false) const {
    return patient && spent_ ? on_beat(free_ + speed(now).saving, speed(now).beat) : free_;
  }
  /// How much may leave at `now` in one burst: at least one datagram when can_send.
  DataSize budget(Time now) const;
  void on_sent(Time now, DataSize size, bool patient = false);

 private:
  /// What follows from a rate, worked out once and not for each packet.
  struct Speed {
    DataRate rate;
    Duration saving{};  ///< how long it takes to save up a run
    Duration beat{};    ///< runs leave on its multiples; none: as soon as they are saved up
    Duration credit{};  ///< how far the virtual clock may lag, and by a beat more if that was waited for
  };
  Speed at_rate(DataRate rate, DataSize run) const;
  static Time on_beat(Time, Duration beat);
  const Speed& speed(Time now) const { return in_train(now) ? training_ : usual_; }

  Speed usual_, training_;
  DataSize datagram_, train_, run_;
  Time train_end_{};
  Time sent_at_{};
  DataSize sent_;       // at that instant
  bool spent_ = false;  // nothing was left of the last burst, or it was a whole run
  Time free_{};         // when all that was sent is through at the rates it was sent at
};

}  // namespace avocet::rate
