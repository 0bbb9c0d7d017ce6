#include "analysis/report/qlog_trace.hpp"

#include <fmt/format.h>

#include <array>
#include <nlohmann/json.hpp>
#include <string_view>

namespace avocet::report {
namespace {

/// RFC 7464.
constexpr char record_separator = '\x1e';

struct EventNames {
  std::string_view today, in_03;
};
constexpr std::array<EventNames, 3> event_names{
    {{"quic:packet_sent", "transport:packet_sent"},
     {"quic:packet_received", "transport:packet_received"},
     {"quic:recovery_metrics_updated", "recovery:metrics_updated"}}};

double milliseconds(Time at) {
  return std::chrono::duration<double, std::milli>(at.time_since_epoch()).count();
}

std::string json_text(std::string_view text) { return nlohmann::json(text).dump(); }

std::string_view vantage_point(QlogTrace::Vantage vantage) {
  switch (vantage) {
    case QlogTrace::Vantage::client: return "\"type\":\"client\"";
    case QlogTrace::Vantage::network: return "\"type\":\"network\",\"flow\":\"client\"";
    default: return "\"type\":\"server\"";
  }
}

/// With the comma behind it; nothing without a group.
std::string group_field(std::string_view group) {
  return group.empty() ? std::string() : fmt::format("\"group_id\":{},", json_text(group));
}

}  // namespace

QlogTrace::QlogTrace(const std::string& file, Names names)
    : names_(std::move(names)), out_(file, std::ios::binary | std::ios::trunc) {
  out_ << record_separator
       << fmt::format(
              "{{\"file_schema\":\"urn:ietf:params:qlog:file:sequential\",\"serialization_format\":"
              "\"application/qlog+json-seq\",\"title\":{0},\"trace\":{{\"title\":{0},\"vantage_point\":"
              "{{{1}}},\"event_schemas\":[\"urn:ietf:params:qlog:events:quic-13\"],"
              "\"common_fields\":{{{2}\"time_format\":\"relative_to_epoch\","
              "\"reference_time\":{{\"clock_type\":\"monotonic\",\"epoch\":\"unknown\"}}}}}}}}\n",
              json_text(names_.title), vantage_point(names_.vantage), group_field(names_.group));
}

void QlogTrace::add(Time at, QlogEvent event, const std::string& data, std::string_view group) {
  const EventNames& names = event_names[static_cast<std::size_t>(event)];
  const std::string time = fmt::format("{:.6f}", milliseconds(at));
  out_ << record_separator << "{\"time\":" << time << ",\"name\":\"" << names.today << "\","
       << group_field(group) << "\"data\":" << data << "}\n";
  if (!names_.keep_03) return;
  events_03_ += events_03_.empty() ? "\n" : ",\n";
  events_03_ += fmt::format("{{\"time\":{},\"name\":\"{}\",\"data\":{}}}", time, names.in_03, data);
}

/// qvis guesses the format from the first thousand bytes: version and format must be among them.
std::string QlogTrace::to_qlog_03(const std::string& title, const std::vector<const QlogTrace*>& traces) {
  std::string out = fmt::format(
      "{{\"qlog_version\":\"0.3\",\"qlog_format\":\"JSON\",\"title\":{},\"traces\":[", json_text(title));
  for (const QlogTrace* trace : traces) {
    if (trace != traces.front()) out += ',';
    out += fmt::format(
        "\n{{\"title\":{},\"vantage_point\":{{\"name\":{},{}}},\"common_fields\":"
        "{{\"ODCID\":{},\"protocol_type\":[\"QUIC\"],\"time_format\":\"relative\","
        "\"reference_time\":0}},\"events\":[",
        json_text(trace->names_.title), json_text(trace->names_.title), vantage_point(trace->names_.vantage),
        json_text(trace->names_.group));
    out += trace->events_03_;
    out += "]}";
  }
  return out + "]}\n";
}

}  // namespace avocet::report
