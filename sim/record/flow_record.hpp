#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "protocol/base/time.hpp"
#include "protocol/base/units.hpp"

namespace avocet::sim {

/// Everything that is measured of one flow while a simulation runs, in the order in which it happened.
struct FlowRecord {
  std::string name;
  Duration start{}, stop{};              ///< of the flow, since the simulation began
  DataRate most = DataRate::infinite();  ///< that its source ever makes

  std::optional<std::size_t> bottleneck;  ///< direction of a link at which it is measured

  struct SentFrame {
    Time captured;
    std::size_t size = 0;
    std::uint64_t number = 0;
  };
  struct DeliveredFrame {
    std::uint64_t number = 0;
    Time captured, decodable;
    bool late = false;
    std::size_t size = 0;
    Time due{};  ///< when it was to be shown
  };
  std::vector<SentFrame> frames_sent;  ///< pictures; those of a stored title by number, once each
  std::vector<DeliveredFrame> frames_delivered;

  struct Served {
    Time at;
    Duration queued;
    std::size_t size = 0;
  };
  std::vector<Served> served;  ///< packets of media at the bottleneck

  struct Received {
    Time at;
    std::size_t size = 0;
  };
  std::vector<Received> received;  ///< payload at the far end: of TCP and constant flows, or whole frames

  struct Entered {
    Time at;
    std::size_t size = 0;
  };
  std::vector<Entered> entered;  ///< packets of media at the bottleneck
  std::vector<Time> lost;        ///< when one of them was lost, there or on the medium behind it

  struct Rendition {
    Time from;
    std::string name;
  };
  std::vector<Rendition> renditions;  ///< that the viewer was given, from when on

  /// What the ends knew, about every 200 ms.
  struct State {
    Time at;
    DataRate wanted;  ///< of the encoder
    DataRate target;  ///< the sender's estimate of the path
    Duration smoothed_rtt{};
    Duration buffered{};  ///< media that had arrived and was not handed out yet
    double repair_share = 0;
    std::uint64_t freeze_count = 0;
  };
  std::vector<State> states;

  std::uint64_t media_bytes = 0, repair_bytes = 0;  // sent for the first time; again, or as parity
  std::uint64_t freeze_count = 0;
  Duration freezes{};
  std::optional<Duration> time_to_first_frame;
  std::uint64_t rendition_switches = 0;
};

}  // namespace avocet::sim
