#pragma once

#include <optional>
#include <span>

#include "analysis/measures/above_quickest.hpp"
#include "analysis/measures/offset_steps.hpp"
#include "analysis/measures/quantiles.hpp"
#include "analysis/playback/delivery.hpp"
#include "analysis/playback/passed_packets.hpp"
#include "protocol/wire/frames.hpp"

namespace avocet::analysis {

/// What the acknowledgements of one direction's packets tell at the place of the capture: round trips between
/// here and the end that acknowledges, how long queues are on that way, there and back, how long that end
/// holds its acknowledgements, and what never arrived.
class AckMeter {
 public:
  /// `most_packets` in flight at once are known.
  explicit AckMeter(std::size_t most_packets = 2048) : passed_(most_packets), delivery_(most_packets / 2) {}

  /// A packet of one direction passed.
  void sent(Time, PacketNumber, std::size_t size);

  struct Sample {
    std::optional<Duration> round_trip;  ///< RFC 9002 section 5.1, the delay of the acknowledgement taken off
    std::optional<Duration> queue;       ///< of the newest packet: its way beyond the quickest one's
    std::span<const Time> lost;          ///< when packets passed here that will not arrive any more
  };
  /// The other direction acknowledges.
  Sample acknowledged(Time, const wire::Ack&);
  /// The capture is over.
  void finish() { delivery_.finish(); }
  /// The connection is over: no acknowledgement comes any more.
  void forget() { delivery_.finish(), passed_.forget(); }

  const Quantiles& round_trips() const { return round_trips_; }
  const Quantiles& queue() const { return queue_; }
  const Quantiles& way_back() const { return way_back_; }  ///< of acknowledgements, beyond the quickest one's
  /// How long the oldest packet that an acknowledgement is the first to tell of had been there.
  const Quantiles& held() const { return held_; }
  /// The longest of those, and the longest of way_back(): when it was told, and of which packet.
  struct Longest {
    Duration value{};
    Time at{};
    std::uint64_t number = 0;
  };
  const Longest& longest_held() const { return longest_held_; }
  const Longest& longest_back() const { return longest_back_; }
  const Delivery& delivery() const { return delivery_; }
  /// Of the clock here against the clock of the end that acknowledges.
  const OffsetSteps& steps() const { return steps_; }

 private:
  PassedPackets passed_;
  std::uint64_t told_ = 0;  ///< one above the largest number acknowledged
  AboveQuickest there_, back_;
  Quantiles round_trips_, queue_, way_back_, held_;
  Longest longest_held_, longest_back_;
  OffsetSteps steps_;
  Delivery delivery_;
};

}  // namespace avocet::analysis
