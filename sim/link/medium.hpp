#pragma once

#include "protocol/base/bytes.hpp"
#include "protocol/base/time.hpp"
#include "sim/link/config.hpp"
#include "sim/link/random.hpp"

namespace avocet::link {

/// What lies behind the bottleneck of a link: outages, loss, damage, delay. Each draws from a stream of its
/// own, so that switching one on does not change what the others do. Times count from the start of the link.
class Medium {
 public:
  Medium(LinkConfig config, std::uint64_t seed);
  /// From now on; what is on its way is not overtaken.
  void set_delay(Duration delay) { config_.delay = delay; }

  bool in_blackhole(Duration at) const;
  /// Whether the next datagram is lost: a step of the loss model of that time, which does not go back.
  bool loses(Duration at);
  /// Whether the next datagram is damaged.
  bool corrupts();
  /// Damages a datagram: a burst of up to 8 bits, of which the first always flips, so that it is never left
  /// as it was.
  void flip_bits(Bytes&);

  struct Arrival {
    Duration at{};
    bool held_back = false;  ///< later ones may overtake it
    bool twice = false;
  };
  /// When a datagram that enters at `from` arrives. Not before the ones that entered earlier, but for those
  /// held back.
  Arrival cross(Duration from);

 private:
  LinkConfig config_;
  Random loss_random_, jitter_random_, duplicate_random_, reorder_random_, corrupt_random_;
  bool within_burst(bool hit, std::uint32_t& in_a_row) const;

  std::size_t loss_steps_ = 0;  // of config_.later_loss, whose time has come
  bool bad_ = false;            // state of the loss model
  std::uint32_t lost_in_a_row_ = 0, damaged_in_a_row_ = 0;
  Duration last_arrival_ = Duration::min();
};

}  // namespace avocet::link
