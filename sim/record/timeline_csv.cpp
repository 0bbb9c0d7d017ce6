#include "sim/record/timeline_csv.hpp"

#include <fmt/format.h>

#include <ostream>

namespace avocet::sim {
namespace {

/// Names may hold commas and quotes (RFC 4180).
std::string csv_text(const std::string& text) {
  if (text.find_first_of(",\"\n") == text.npos) return text;
  std::string out = "\"";
  for (const char c : text) out += c == '"' ? std::string("\"\"") : std::string(1, c);
  return out + '"';
}

std::string unless_negative(double value) { return value < 0 ? "" : fmt::format("{:.6f}", value); }

}  // namespace

void write_timeline_header(std::ostream& out) {
  out << "time,flow,capacity,sendingRate,receivingRate,goodput,targetRate,encoderRate,queueDelay,"
         "queueDelayMax,"
         "frameDelayMax,packetsLost,framesSent,framesDelivered,framesLate,freezeCount,roundTripTime,buffered,"
         "repairShare,rendition\n";
}

void write_timeline(std::ostream& out, const FlowRecord& record, const std::vector<TimelineRow>& rows) {
  for (const TimelineRow& r : rows) {
    out << fmt::format(
        "{:.1f},{},{:.0f},{:.0f},{:.0f},{:.0f},{:.0f},{:.0f},{},{},{},{},{},{},{},{},{:.6f},{:.3f},"
        "{:.4f},{}\n",
        r.time, csv_text(record.name), r.capacity, r.sending, r.receiving, r.goodput, r.target, r.wanted,
        unless_negative(r.queue_delay), unless_negative(r.queue_delay_max),
        unless_negative(r.frame_delay_max), r.packets_lost, r.frames_sent, r.frames_delivered, r.frames_late,
        r.freeze_count, r.rtt, r.buffered, r.repair_share,
        r.rendition == 0 ? "" : csv_text(record.renditions[r.rendition - 1].name));
  }
}

}  // namespace avocet::sim
