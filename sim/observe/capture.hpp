#pragma once

#include <fstream>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "analysis/report/pcapng_writer.hpp"
#include "protocol/base/time.hpp"
#include "sim/experiment/experiment.hpp"
#include "sim/observe/observer.hpp"

namespace avocet::sim {

/// A place where packets can be captured.
struct CapturePoint {
  std::string name;       ///< FLOW.server, FLOW.publisher, FLOW.viewer, or LINK.NODE for one end of a link
  std::uint32_t end = 0;  ///< of a flow of ours; 0: it is the end of a link
  std::size_t leaving = 0, coming = 0;  ///< directions of the link, as it is seen from there
};

/// All of an experiment.
std::vector<CapturePoint> capture_points(const Experiment&);

/// What passes one point, as a file that Wireshark reads. At the end of a link packets are seen as they leave
/// its queue and as they arrive, others' too; at the end of a flow, as its socket sends and receives them.
class Capture final : public Observer {
 public:
  /// `calendar`: of the beginning of the simulation.
  Capture(const std::string& file, CapturePoint, UnixTime calendar);
  bool good() const { return out_.good(); }

  void on_sent(Time, const DatagramSeen&) override;
  void on_received(Time, const DatagramSeen&) override;
  void on_served(std::size_t where, Time, const Passing&, Duration queued) override;
  void on_arrived(std::size_t where, Time, const Passing&) override;
  void on_end(Time) override { out_.flush(); }

 private:
  using Direction = report::PcapngWriter::Direction;
  std::int64_t calendar(Time) const;
  void write_passing(Time, const Passing&, Direction);

  const CapturePoint point_;
  const UnixTime calendar_;
  std::ofstream out_;
  report::PcapngWriter writer_;
  Bytes packet_;
};

}  // namespace avocet::sim
