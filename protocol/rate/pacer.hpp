#pragma once

#include "protocol/base/time.hpp"
#include "protocol/base/units.hpp"

namespace avocet::rate {

/// Spreads packets over time: a token bucket in virtual time whose burst is one datagram or 1 ms at the rate,
/// whichever is more. A probing train runs faster for its length, on credit of its own.
class Pacer {
 public:
  explicit Pacer(DataRate rate, DataSize datagram = DataSize::bytes(1200))
      : rate_(rate), datagram_(datagram) {}

  /// From `now` on.
  void set_rate(Time now, DataRate rate);
  void set_datagram(DataSize largest) { datagram_ = largest; }
  /// The next `size` bytes may leave at `rate`; what is unsent 500 ms later is forgotten.
  void begin_train(Time now, DataRate rate, DataSize size);
  bool in_train(Time now) const { return train_ > DataSize::zero() && now < train_end_; }

  bool can_send(Time now) const { return now >= next(now); }
  /// When can_send becomes true: `now` or earlier means at once.
  Time next(Time now) const;
  /// How much may leave at `now` in one burst: at least one datagram when can_send.
  DataSize budget(Time now) const;
  void on_sent(Time now, DataSize size);

 private:
  DataRate rate(Time now) const { return in_train(now) ? train_rate_ : rate_; }
  Duration credit(Time now) const;

  DataRate rate_, train_rate_;
  DataSize datagram_, train_;
  Time train_end_{};
  Time free_{};  // when all that was sent is through at the rates it was sent at
};

}  // namespace avocet::rate
