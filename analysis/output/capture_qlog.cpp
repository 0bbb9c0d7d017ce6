#include "analysis/output/capture_qlog.hpp"

#include "analysis/packets/qlog_frames.hpp"

namespace avocet::analysis {

CaptureQlog::CaptureQlog(const std::string& file, const std::string& capture)
    : trace_(file, {.title = capture, .vantage = report::QlogTrace::Vantage::network, .keep_03 = false}) {}

void CaptureQlog::on_packet(Connection& connection, Side from, const Sighting& seen, const Packet& packet,
                            const NumberTrack::Seen&) {
  using report::QlogEvent;
  trace_.add(seen.at, from == Side::client ? QlogEvent::packet_sent : QlogEvent::packet_received,
             qlog_packet(packet, seen.size), std::to_string(connection.index));
}

}  // namespace avocet::analysis
