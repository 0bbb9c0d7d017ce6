#pragma once

#include <span>

namespace avocet::analysis {

/// A packet that a path carried or lost: times in seconds by one clock.
struct Passage {
  double sent = 0;
  double received = 0;  ///< if `arrived`
  double bits = 0;
  bool arrived = false;
};
using Passages = std::span<const Passage>;

/// A link of one rate with a queue in front, which packet i leaves at d(i) = max(sent(i), d(i-1)) + bits(i) /
/// rate (Lindley 1952), and a way of `delay` behind it.
struct Bottleneck {
  double rate = 0;   ///< bit/s
  double delay = 0;  ///< s

  struct Explained {
    double cost = 0;     ///< sum of what the times of arrival differ from the model's, s
    double free_at = 0;  ///< when the link had sent the last one that arrived, by its arrival
  };
  /// From when on the link was free is given. Lost packets occupy it too: most are lost behind it.
  Explained explain(Passages, double free_at) const;
};

/// Which rate explains packets best.
struct BottleneckFit {
  double rate = 0;              ///< bit/s; the lower end when it is not known
  double lower = 0, upper = 0;  ///< rates between explain the packets as well
  double begins = 0;            ///< service of the first packet, s
  Bottleneck::Explained explained;

  /// Packets waited for each other, so that the rate shows.
  bool known() const { return upper < 1.5 * lower; }
  /// Another rate explains the packets nearly as well, with the noise that they have anyway.
  bool agrees_with(const Bottleneck&, Passages, double free_at) const;
};

/// By least absolute deviations, which a few late packets do not move.
BottleneckFit fit_bottleneck(Passages, double free_at, double delay);

}  // namespace avocet::analysis
