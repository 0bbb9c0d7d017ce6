#pragma once

#include <functional>
#include <map>
#include <string>
#include <vector>

#include "sim/experiment/experiment.hpp"
#include "sim/observe/observer.hpp"

namespace avocet::sim {

/// What must hold in every simulation, whatever the network does: control arrives in order, whole and once;
/// frames come out as they were made, each once; what a connection holds stays under its caps; and what the
/// ends have counted is what really happened.
class Invariants final : public Observer {
 public:
  /// `failed` is called at the first violation.
  Invariants(const Experiment&, std::function<void()> failed);

  /// What did not hold, one line each, with its time; the first 20.
  const std::vector<std::string>& violations() const { return violations_; }

  void on_sent(Time, const DatagramSeen&) override;
  void on_received(Time, const DatagramSeen&) override;
  void on_made(Time, const FrameMade&) override;
  void on_out(Time, const FrameOut&) override;
  void on_playback(Time, const Playback&) override;
  void on_said(Time, std::uint32_t end, std::string_view) override;
  void on_heard(Time, std::uint32_t end, std::string_view) override;
  void on_state(Time, const FlowState&) override;
  void on_end(Time) override;

 private:
  struct Made {
    std::uint64_t fingerprint = 0;
    bool out = false;
  };
  struct Counted {
    std::uint64_t datagrams = 0, bytes = 0;
  };
  struct OfFlow {
    std::map<std::pair<std::size_t, FrameNumber>, Made> frames;  // by track and number
    std::vector<std::string> said;
    std::size_t heard = 0;
    std::uint64_t pictures_out = 0, switches = 0;
    std::map<std::uint32_t, Counted> sent, received;  // by end
    Counted to_viewer;                                // from the server
    PeerAddress publisher;
    std::map<std::uint32_t, std::uint64_t> damaged;  // that reached an end
    std::optional<service::PlayStats> play;
    std::optional<session::Stats> server_stats, publisher_stats, viewer_stats;
  };

  void require(bool holds, Time, std::size_t flow, const std::string& what);
  void check_caps(Time, std::size_t flow, std::string_view end, const session::Stats&);
  void check_sent(Time, std::size_t flow, EndRole, const session::Stats&, const Counted&);
  void check_received(Time, std::size_t flow, EndRole, const session::Stats&);

  const Experiment& experiment_;
  const std::function<void()> failed_;
  std::vector<OfFlow> flows_;
  std::vector<std::string> violations_;
};

}  // namespace avocet::sim
