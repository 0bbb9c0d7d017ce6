#pragma once

#include "analysis/journeys/journey.hpp"

namespace avocet::analysis {

/// How the clock of the capture nearer to the viewer differs from the other one's, as a line over time.
///
/// Two clocks that run at different speeds tilt the delays of both directions, one up and one down; a queue
/// that grows over the capture tilts one of them, and jitter blurs both. So one slope is fitted to the lower
/// hulls of both (LowerHull), and the direction with less noise has the greater say. The offset cannot be
/// seen from outside: as in NTP (RFC 5905 section 8) the quickest packets there and back are taken to be
/// equally quick, and half of what the ways differ in is its error.
struct Clocks {
  double offset = 0;  ///< s, at the beginning of the line of time
  double skew = 0;    ///< s per s
  double least = 0;   ///< quickest way, s; half of there and back

  /// Of the journeys from the server and from the client; null where there is none, in which case the way
  /// that is known is taken to be 0 for the quickest packet.
  static Clocks of(const Journey* down, const Journey* up);

  /// What is to be taken off `Journey::base() + delay` of that direction, in seconds.
  double error(double at, bool down) const { return (down ? 1 : -1) * (offset + skew * at); }
};

}  // namespace avocet::analysis
