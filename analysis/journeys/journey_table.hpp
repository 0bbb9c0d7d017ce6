#pragma once

#include <deque>
#include <map>
#include <unordered_map>

#include "analysis/connections/capture_reading.hpp"
#include "analysis/journeys/journey.hpp"

namespace avocet::analysis {

/// Which of two captures a packet is in.
enum class CaptureSide : std::uint8_t { server = 0, viewer = 1 };

/// The journeys of all packets between two captures of the same connections, one nearer to the server and one
/// nearer to the viewer. Packets of both are told apart by connection id and packet number, which no router
/// changes.
class JourneyTable {
 public:
  /// `line` is when the viewer's capture began, `ahead` by how much its clock is ahead; both ns.
  JourneyTable(std::int64_t line, std::int64_t ahead) : line_(line), ahead_(ahead) {}
  JourneyTable(const JourneyTable&) = delete;
  JourneyTable& operator=(const JourneyTable&) = delete;

  /// To be told of each packet that arrived or was lost.
  void on_transit(Journey::Listener listener) { listener_ = std::move(listener); }

  /// A packet of one capture, of a connection as that capture's table has it, at calendar time `at`.
  void passed(CaptureSide, const Connection&, Side from, std::int64_t at, const Sighting&, const Packet&,
              const NumberTrack::Seen&);
  void finish();

  /// Null when none of its packets was in the other capture.
  const Journey* find(CaptureSide, const Connection&, Side from) const;

 private:
  struct Key {
    CaptureSide capture;
    std::size_t connection;
    Side from;
    auto operator<=>(const Key&) const = default;
  };
  Journey& journey_of(const Key&, ConnectionId);

  const std::int64_t line_, ahead_;
  Journey::Listener listener_;
  std::deque<Journey> journeys_;  // references stay good
  std::unordered_map<std::uint64_t, Journey*> by_id_;
  std::map<Key, Journey*> by_connection_;
};

}  // namespace avocet::analysis
