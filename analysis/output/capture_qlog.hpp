#pragma once

#include <string>

#include "analysis/connections/capture_reading.hpp"
#include "analysis/report/qlog_trace.hpp"

namespace avocet::analysis {

/// Writes all packets of ours as qlog while they are read, as the network saw them: of which connection is in
/// each event's group_id, and packets of the client are "sent".
class CaptureQlog final : public PacketListener {
 public:
  CaptureQlog(const std::string& file, const std::string& capture);

  void on_packet(Connection&, Side from, const Sighting&, const Packet&, const NumberTrack::Seen&) override;
  /// All could be written so far.
  bool good() { return trace_.good(); }

 private:
  report::QlogTrace trace_;
};

}  // namespace avocet::analysis
