#pragma once

#include <vector>

#include "sim/experiment/experiment.hpp"
#include "sim/observe/observer.hpp"
#include "sim/record/flow_record.hpp"

namespace avocet::sim {

/// Fills the records of the flows of media from what happens to them.
class Measures final : public Observer {
 public:
  /// A flow is measured at the first direction with a capacity on the way of what its server sends. One
  /// record for each flow of the experiment; those of other traffic are left alone.
  Measures(const Experiment&, std::vector<FlowRecord>&);

  void on_entered(std::size_t where, Time, const Passing&) override;
  void on_served(std::size_t where, Time, const Passing&, Duration queued) override;
  void on_lost(std::size_t where, Time, const Passing&, LossCause) override;
  void on_made(Time, const FrameMade&) override;
  void on_out(Time, const FrameOut&) override;
  void on_playback(Time, const Playback&) override;
  void on_state(Time, const FlowState&) override;
  void on_end(Time) override;

 private:
  /// The record of a flow, when the packet is one of its server's at its bottleneck.
  FlowRecord* media(std::size_t where, const Passing&);

  std::vector<FlowRecord>& flows_;
  std::vector<bool> limited_;
  std::vector<bool> stored_;  // by flow
};

}  // namespace avocet::sim
