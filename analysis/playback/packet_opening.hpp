#pragma once

#include <unordered_map>

#include "analysis/connections/capture_reading.hpp"
#include "analysis/playback/opened_connection.hpp"

namespace avocet::analysis {

/// Takes in what is inside the packets whose keys are known. Memory: what reassembly of the frames in flight
/// needs, for each connection.
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
  std::unordered_map<std::size_t, OpenedConnection> opened_;  // by Connection::index
};

}  // namespace avocet::analysis
