#pragma once

#include <fmt/format.h>

#include <algorithm>
#include <optional>
#include <string_view>

#include "analysis/account/account.hpp"

namespace avocet::analysis {

/// Where something is looked for: one direction of a connection.
struct Place {
  const ConnectionAccount& connection;
  const DirectionAccount& direction;
  std::string_view name;  ///< "from the server"

  const DirectionAccount& opposite() const {
    return &direction == &connection.down ? connection.up : connection.down;
  }
  double of(std::string_view metric) const { return value_of(direction.measures, metric); }
  /// Share of the packets that came here.
  double share(std::string_view metric) const { return of(metric) / std::max(1.0, of("packetsReceived")); }
  /// Acknowledgements tell of it; the spin bit tells less.
  bool acknowledged() const {
    return measured(direction.measures, "queueDelayP95") || measured(direction.measures, "queueBeforeP95");
  }
  /// How long packets wait on the whole way, as far as it is known: before this place, or behind it; without
  /// acknowledgements, half of the packets, there and back.
  double queue_delay() const {
    if (!acknowledged()) return of("spinRoundTripP50") - of("spinRoundTripMin");
    return std::max(of("queueDelayP95"), of("queueBeforeP95"));
  }
};

/// Looks for one thing that may be wrong.
using Detector = std::optional<Finding> (*)(const Place&);

inline double seconds_of(Time at) { return to_seconds(at.time_since_epoch()); }

/// "packets 17 to 29 at 3.120 s".
inline std::string numbers_and_time(const LossRun& run) {
  if (run.count == 0) return "none";
  const std::string numbers = run.count == 1
                                  ? fmt::format("packet {}", run.first)
                                  : fmt::format("packets {} to {}", run.first, run.first + run.count - 1);
  return fmt::format("{} at {:.3f} s", numbers, seconds_of(run.at));
}

/// ", first at 3.120 s with number 17"; empty when there was none.
inline std::string first_event(const Place& p, PathEvent::Kind kind) {
  const auto first = std::ranges::find(p.direction.events, kind, &PathEvent::kind);
  if (first == p.direction.events.end()) return {};
  return fmt::format(", first at {:.3f} s with number {}", seconds_of(first->at), first->number);
}

/// When a series was highest, for a person.
inline std::string when_highest(const Series& series, const std::vector<double>& values) {
  std::size_t best = 0;
  for (std::size_t i = 0; i < values.size(); ++i) {
    if (values[i] > values[best] || values[best] != values[best]) best = i;
  }
  return fmt::format("at {:.1f} s", static_cast<double>(best) * series.width);
}

/// " (at 3.1 s)": when packets waited longest, on that part of the way where they wait longer.
inline std::string longest_wait(const Place& p) {
  if (!p.acknowledged()) {
    return fmt::format(" (at {:.1f} s, packet {:.0f})", p.of("spinRoundTripMaxAt"),
                       p.of("spinRoundTripMaxNumber"));
  }
  if (p.of("queueBeforeP95") <= p.of("queueDelayP95"))
    return " (" + when_highest(p.direction.series, p.direction.series.queue) + ")";
  return fmt::format(" (at {:.1f} s)", p.of("queueBeforeMaxAt"));
}

}  // namespace avocet::analysis
