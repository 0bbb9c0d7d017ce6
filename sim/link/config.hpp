#pragma once

#include <cstdint>
#include <vector>

#include "protocol/base/time.hpp"
#include "protocol/base/units.hpp"

namespace avocet::link {

/// Random loss with two states (Gilbert 1960, Elliott 1963), stepped once per datagram. Probabilities in [0,
/// 1]. The mean time in the bad state is 1 / `to_good` datagrams.
struct Loss {
  double to_bad = 0;
  double to_good = 1;
  double in_good = 0;  ///< loss while good
  double in_bad = 1;   ///< loss while bad

  static constexpr Loss none() { return {}; }
  /// Each datagram on its own.
  static constexpr Loss bernoulli(double probability) { return {0, 1, probability, 1}; }

  /// Long-run share of datagrams that are lost.
  constexpr double mean() const {
    const double bad = to_bad <= 0 ? 0 : to_bad / (to_bad + to_good);
    return bad * in_bad + (1 - bad) * in_good;
  }
  constexpr bool operator==(const Loss&) const = default;
};

/// From `at` on, counted from the first datagram, datagrams are lost so.
struct LossStep {
  Duration at{};
  Loss loss;
  constexpr bool operator==(const LossStep&) const = default;
};

/// From `at` on, counted from the first datagram, the link carries `rate`.
struct RateStep {
  Duration at{};
  DataRate rate = DataRate::infinite();
  constexpr bool operator==(const RateStep&) const = default;
};

/// A span of time, counted from the first datagram, in which nothing passes: from <= t < until.
struct Blackhole {
  Duration from{};
  Duration until{};
  constexpr bool operator==(const Blackhole&) const = default;
};

/// A datagram is held back with `probability` by `by` longer than its turn, so that later ones overtake it.
struct Reorder {
  double probability = 0;
  Duration by = 10ms;
  constexpr bool operator==(const Reorder&) const = default;
};

/// What becomes of ECN marks on the way; some real paths do worse than keeping them.
enum class EcnPath : std::uint8_t {
  kept,
  cleared,  ///< every datagram comes out unmarked
  dropped,  ///< datagrams with a mark are lost
};

/// One direction of a path: queue and bottleneck first, then the medium (loss, delay and the rest). The
/// default is a perfect link.
struct LinkConfig {
  Duration delay{};  ///< one way, after the bottleneck
  /// Most datagrams in a row that `loss` takes, and that `corrupt` damages; 0: any number.
  std::uint32_t longest_burst = 0;
  Duration jitter{};  ///< standard deviation added to `delay`, at most 3 of it either way; keeps the order
  Loss loss;
  std::vector<LossStep> later_loss;  ///< ascending; each takes the place of `loss` from its time on
  std::vector<RateStep>
      rate;                ///< ascending; none: no bottleneck. Before the first step the rate is unlimited
  Duration queue = 300ms;  ///< drop-tail room in front of the bottleneck, at the rate of the moment
  Duration mark_above{};   ///< a longer wait in the queue turns ECT into CE (RFC 3168); 0: never
  EcnPath ecn = EcnPath::kept;
  double duplicate = 0;  ///< probability
  double corrupt = 0;    ///< probability of 1 to 8 flipped bits; a real UDP checksum would catch most
  Reorder reorder;
  std::vector<Blackhole> blackholes;
  std::vector<std::uint64_t> drop_list;  ///< lose exactly these, counted from 0 in the order of push

  std::size_t largest = 65'535;               ///< longer datagrams are dropped (path MTU)
  DataSize overhead = DataSize::bytes(28);    ///< IPv4 and UDP header, which take time at the bottleneck too
  DataSize hold = DataSize::bytes(64 << 20);  ///< most bytes inside the link at once, whatever the delay
  std::size_t drop_record = 4096;             ///< how many drops `Link::drops` remembers, the latest
};

}  // namespace avocet::link
