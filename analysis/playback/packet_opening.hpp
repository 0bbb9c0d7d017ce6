#pragma once

#include <deque>
#include <unordered_map>

#include "analysis/connections/capture_reading.hpp"
#include "analysis/playback/opened_connection.hpp"

namespace avocet::analysis {

/// Takes in what is inside the packets whose keys are known. Keeps no payload; what each connection may keep
/// is bounded (Room), and a moment after it was closed only what is told of it is left.
class PacketOpening final : public PacketListener {
 public:
  void on_packet(Connection&, Side from, const Sighting&, const Packet&, const NumberTrack::Seen&) override;

  /// Null when none of its packets was opened.
  const OpenedConnection* find(const Connection&) const;
  /// The capture is over: what is due by then is shown.
  void finish(Time);

 private:
  class Visit;
  void pass_closed(const Connection&, Side from, const Sighting&, PacketNumber);
  void retire_closed(Time now);

  std::unordered_map<std::size_t, OpenedConnection> opened_;  // by Connection::index
  struct Closed {
    Time at;
    std::size_t index;
  };
  std::deque<Closed> closed_;  // and not yet retired
};

}  // namespace avocet::analysis
