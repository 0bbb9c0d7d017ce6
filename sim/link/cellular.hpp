#pragma once

#include <cstdint>

#include "sim/link/trace.hpp"

namespace avocet::link {

/// How the capacity of a moving phone changes. Its logarithm follows two Ornstein-Uhlenbeck processes, slow
/// (shadows of buildings, other users) and fast (multipath); the base station serves the phone in some
/// milliseconds only, each with a Poisson number of packets; and at times not at all (handovers).
struct Cellular {
  DataRate mean = DataRate::mbps(4);
  double slow_spread = 0.75, fast_spread = 0.5;    ///< standard deviations of the logarithm of the rate
  Duration slow = 2s, fast = 100ms;                ///< correlation times
  double served = 0.4;                             ///< share of milliseconds
  Duration outage_every = 2500ms, outage = 250ms;  ///< mean time between outages, and mean length

  /// Of the kind and size of public recordings of driving phones: LTE, and UMTS with longer outages.
  static Cellular lte();
  static Cellular umts();
};

/// A capacity as such a phone may find it; the same for the same seed on every machine. It begins anew after
/// `length`, which is at least a second.
Trace make_trace(const Cellular&, Duration length, std::uint64_t seed);

}  // namespace avocet::link
