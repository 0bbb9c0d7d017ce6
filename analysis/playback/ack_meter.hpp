#pragma once

#include <optional>
#include <vector>

#include "analysis/measures/quantiles.hpp"
#include "protocol/wire/frames.hpp"

namespace avocet::analysis {

/// Round trips between the place of the capture and the end that acknowledges, and how long queues beyond
/// this place are: by packets that pass, and the acknowledgements that come back for them.
class AckMeter {
 public:
  /// A packet of one direction passed.
  void sent(Time, PacketNumber);

  struct Sample {
    std::optional<Duration> round_trip;  ///< RFC 9002 section 5.1, the delay of the acknowledgement taken off
    std::optional<Duration> queue;       ///< of the newest packet: its way beyond the quickest one's
  };
  /// The other direction acknowledges.
  Sample acknowledged(Time, const wire::Ack&);

  const Quantiles& round_trips() const { return round_trips_; }
  const Quantiles& queue() const { return queue_; }

 private:
  struct Passed {
    std::uint64_t number_plus_one = 0;
    Time at;
  };
  /// Packets in flight at once: 25 Mbit/s for a second.
  static constexpr std::size_t most = 2048;

  std::optional<Time> find(std::uint64_t number) const;
  Duration above_quickest(Duration way, Time now);

  std::vector<Passed> passed_;
  std::uint64_t told_ = 0;  ///< one above the largest number acknowledged
  std::optional<Duration> quickest_, quickest_before_;
  Time window_begins_{};
  Quantiles round_trips_, queue_;
};

}  // namespace avocet::analysis
