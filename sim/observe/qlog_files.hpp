#pragma once

#include <memory>
#include <string>
#include <vector>

#include "analysis/report/qlog_trace.hpp"
#include "sim/experiment/experiment.hpp"
#include "sim/observe/packets_seen.hpp"

namespace avocet::sim {

/// What both ends of each viewer's connection saw, as qlog: FLOW.viewer.sqlog and FLOW.server.sqlog, and
/// FLOW.qlog of both for tools that know version 0.3.
class QlogFiles final : public Observer, public PacketObserver {
 public:
  QlogFiles(std::string folder, const Experiment&);

  std::vector<std::string> files() const;
  bool good() const;

  void on_packet_sent(Time, const DatagramSeen&, const analysis::Packet&) override;
  void on_packet_received(Time, const DatagramSeen&, const analysis::Packet&) override;
  void on_state(Time, const FlowState&) override;
  void on_end(Time) override;

 private:
  struct OfFlow {
    std::string name;
    std::unique_ptr<report::QlogTrace> server, viewer;
    PeerAddress publisher;  // the only other peer of the server
  };
  /// The trace of an end, when the packet is of the viewer's connection; null when not.
  report::QlogTrace* trace_of(std::uint32_t end, bool with_viewer);

  const std::string folder_;
  std::vector<OfFlow> flows_;
  bool good_ = true;
};

}  // namespace avocet::sim
