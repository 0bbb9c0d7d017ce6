#pragma once

#include <array>
#include <vector>

#include "analysis/connections/capture_reading.hpp"
#include "analysis/replay/bottleneck_fit.hpp"
#include "protocol/wire/frames.hpp"

namespace avocet::analysis {

/// The way of packets beyond the place of a capture, by the acknowledgements that come back: they bear the
/// times of arrival at the other end (AV-ACK-8). Holds 32 bytes for each packet.
class AckPassages {
 public:
  /// A packet passed; `bits` of the IP packet.
  void sent(double at, std::uint64_t number, double bits);
  void acknowledged(double at, const wire::Ack&);

  /// The quickest there and back, s; 0 without an acknowledgement.
  double round_trip() const { return round_trip_; }
  /// Up to the last packet that was acknowledged. The clocks are set so that the quickest packet took half of
  /// the round trip. Packets whose time of arrival no acknowledgement told that was captured are left out.
  std::vector<Passage> passages() const;

 private:
  struct Packet {
    Passage passage;
    bool told = false;  ///< it arrived, at a time that may not be known
  };
  Packet* find(std::uint64_t number);
  void arrived(std::uint64_t number, Duration at);

  std::uint64_t first_ = 0;
  std::vector<Packet> packets_;
  std::uint64_t highest_told_ = 0;
  double round_trip_ = 0;
};

}  // namespace avocet::analysis
