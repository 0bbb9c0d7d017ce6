#pragma once

#include <array>
#include <optional>
#include <string>
#include <vector>

#include "analysis/measures/number_track.hpp"
#include "analysis/measures/quantiles.hpp"
#include "analysis/measures/size_histogram.hpp"
#include "analysis/measures/spin_meter.hpp"
#include "analysis/measures/timeline.hpp"
#include "protocol/base/address.hpp"

namespace avocet::analysis {

/// What one direction of a connection did in a slot of time. Bytes are of IP packets.
struct PathSlot {
  std::uint32_t packets = 0, lost = 0, overtaken = 0, duplicates = 0, marked = 0;
  std::uint32_t round_trips = 0;
  std::uint64_t bytes = 0;
  double round_trip_sum = 0;  ///< s
  std::uint32_t queue_samples = 0;
  double queue_sum = 0;           ///< s
  std::uint32_t lost_beyond = 0;  ///< passed here and never arrived

  void merge(const PathSlot& o) {
    packets += o.packets, lost += o.lost, overtaken += o.overtaken, duplicates += o.duplicates;
    marked += o.marked, round_trips += o.round_trips, bytes += o.bytes, round_trip_sum += o.round_trip_sum;
    queue_samples += o.queue_samples, queue_sum += o.queue_sum, lost_beyond += o.lost_beyond;
  }
};

/// One datagram of a connection, where the capture was made.
struct Sighting {
  Time at;
  PeerAddress from, to;
  Ecn ecn = Ecn::not_ect;
  std::uint8_t hops = 0;
  std::size_t size = 0;     ///< UDP payload
  std::size_t ip_size = 0;  ///< with headers
  bool cut = false;         ///< the capture has only the beginning of it
};

/// Changes of an end's address, of route, of keys: what happens to a direction, and when.
struct PathEvent {
  enum class Kind : std::uint8_t { address, hops, key_phase, copy, late_copy, marked, not_authentic };
  Kind kind = Kind::address;
  Time at;
  std::uint64_t number = 0;  ///< of the packet that showed it
  std::string what;          ///< for a person
};

/// What can be measured of one direction of a connection without its keys.
class Direction {
 public:
  /// A packet that shows something.
  struct Witness {
    Time at;
    std::uint64_t number = 0;
  };

  /// A Protected packet; its number as see() of `numbers` tells.
  NumberTrack::Seen sealed(const Sighting&, std::uint32_t low, bool key_phase, bool spin);
  /// A packet that no end has sealed so: damaged on the way, or forged. What its header says means nothing.
  void not_authentic(const Sighting&, std::uint64_t number);
  /// All Protected packets before were such.
  void forget_numbers(bool begun_here);
  /// A Handshake packet, whose numbers are of their own; or one in the clear, which has none.
  void handshake(const Sighting&, std::optional<std::uint32_t> low);

  NumberTrack numbers, handshake_numbers;
  SizeHistogram sizes;
  Timeline<PathSlot> timeline;
  Quantiles spin_round_trips;
  Witness longest_spin{};                ///< that ended the longest of them
  std::optional<Witness> first_not_ect;  ///< the first Protected packet that no queue may mark
  std::array<std::uint64_t, 4> ecn{};    ///< packets by codepoint
  std::uint64_t packets = 0, bytes = 0, payload_bytes = 0;
  std::uint64_t opened = 0;  ///< Protected packets that the keys opened
  std::uint64_t closed = 0;  ///< whole ones that they did not
  Time first{}, last{};
  Duration longest_silence{};
  Time longest_silence_at{};  ///< when it began
  std::uint64_t key_updates = 0;
  std::uint64_t late_copies = 0;  ///< duplicates of packets from longer ago than networks hold one
  std::vector<PathEvent> events;  ///< the first 64
  PeerAddress from, to;           ///< latest

 private:
  void note(const Sighting&);
  void event(PathEvent);
  void first_event(PathEvent);
  void copy(const Sighting&, const NumberTrack::Seen&);

  SpinMeter spin_;
  std::optional<bool> phase_;
  std::uint8_t hops_ = 0;
};

}  // namespace avocet::analysis
