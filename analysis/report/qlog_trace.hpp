#pragma once

#include <fstream>
#include <string>
#include <string_view>
#include <vector>

#include "protocol/base/time.hpp"

namespace avocet::report {

/// Which events are written, with the names that they have in both dialects.
enum class QlogEvent : unsigned char { packet_sent, packet_received, recovery_metrics_updated };

/// What one end of one connection saw, as qlog. Times are milliseconds since the beginning of the trace's
/// clock. Two dialects come from the same events: a file of JSON text sequences as the drafts have it today
/// (draft-ietf-quic-qlog-main-schema-14, .sqlog), written as it goes; and a trace of qlog 0.3, which today's
/// qvis loads.
class QlogTrace {
 public:
  /// Whose view it is. That of the network between tells what the client sends as sent.
  enum class Vantage : unsigned char { server, client, network };
  struct Names {
    std::string title;  ///< for a person
    std::string group;  ///< of all traces of one connection; empty where events say it
    Vantage vantage = Vantage::server;
    bool keep_03 = true;  ///< for to_qlog_03(): in memory, all of it
  };
  QlogTrace(const std::string& file, Names);

  /// `data`: JSON of the event's data. `group`: of the connection, where the trace is of several.
  void add(Time, QlogEvent, const std::string& data, std::string_view group = {});
  bool good() { return out_.flush().good(); }

  /// A whole file of qlog 0.3 with these traces.
  static std::string to_qlog_03(const std::string& title, const std::vector<const QlogTrace*>&);

 private:
  const Names names_;
  std::ofstream out_;
  std::string events_03_;
};

}  // namespace avocet::report
