#pragma once

#include <string>
#include <unordered_map>
#include <vector>

#include "analysis/capture/network_packet.hpp"
#include "analysis/measures/timeline.hpp"

namespace avocet::analysis {

struct FlowSlot {
  std::uint64_t bytes = 0;
  void merge(const FlowSlot& o) { bytes += o.bytes; }
};

/// Traffic between two ports that is not ours, both directions together.
struct Flow {
  PeerAddress one, two;  ///< one: who sent the first packet seen
  std::uint8_t protocol = 0;
  std::string name;  ///< "RTMP", "HLS", "TCP", ...
  std::uint64_t packets = 0, bytes = 0, marked = 0;
  std::uint64_t bytes_from_one = 0;
  Time first{}, last{};
  Timeline<FlowSlot, 64> timeline;  ///< bytes of IP packets
};

/// The other traffic of a capture, so that a competing download is seen. Holds at most `most` flows; what
/// comes after is counted together.
class FlowTable {
 public:
  static constexpr std::size_t most = 4096;

  void add(Time, const capture::NetworkPacket&);

  /// The largest first.
  std::vector<const Flow*> by_bytes() const;
  std::size_t size() const { return flows_.size(); }
  /// Packets and bytes of flows beyond `most`.
  std::uint64_t rest_packets() const { return rest_packets_; }
  std::uint64_t rest_bytes() const { return rest_bytes_; }

 private:
  struct Key {
    PeerAddress low, high;
    std::uint8_t protocol = 0;
    bool operator==(const Key&) const = default;
  };
  struct HashKey {
    std::size_t operator()(const Key& k) const {
      return (std::hash<PeerAddress>()(k.low) * 31 + std::hash<PeerAddress>()(k.high)) * 31 + k.protocol;
    }
  };
  std::unordered_map<Key, Flow, HashKey> flows_;
  std::uint64_t rest_packets_ = 0, rest_bytes_ = 0;
};

}  // namespace avocet::analysis
