#pragma once

#include <optional>
#include <string_view>

#include "protocol/base/address.hpp"
#include "protocol/base/bytes.hpp"
#include "protocol/base/time.hpp"
#include "protocol/service/client_events.hpp"
#include "protocol/service/play_stats.hpp"
#include "protocol/session/events.hpp"
#include "protocol/session/stats.hpp"
#include "sim/observe/end.hpp"
#include "sim/record/watcher.hpp"

namespace avocet::sim {

/// A datagram of ours at the socket of one of its ends, sealed as it is.
struct DatagramSeen {
  std::uint32_t end = 0;     ///< whose socket it is
  std::uint32_t sender = 0;  ///< which end sent it, and which of its datagrams it is: as in Passing
  std::uint64_t index = 0;
  PeerAddress from, to;
  Ecn ecn = Ecn::not_ect;
  ByteView bytes;
};

/// A frame that an encoder or a library has made for a flow.
struct FrameMade {
  std::size_t flow = 0, track = 0;
  const media::Frame& frame;
  bool picture = true;  ///< and not sound
  session::Admission admission = session::Admission::accepted;
};

/// A frame that came out for the decoder at the viewer of a flow.
struct FrameOut {
  std::size_t flow = 0, track = 0;
  const media::Frame& frame;
  bool picture = true;
  bool late = false;  ///< for reference, not to be shown
  Time due{};         ///< when it is to be shown
};

/// What a viewer saw of its play besides frames.
struct Playback {
  enum class Kind : std::uint8_t { began, switched, froze, stalled, resumed, ended };
  Kind kind = Kind::began;
  std::size_t flow = 0;
  std::string_view from, to;  ///< renditions of a switch
  Duration lasted{};          ///< of a freeze, or of a stall that is over
  std::uint64_t times = 1;    ///< freezes that became known at once, and lasted so long together
};

/// The state of one flow of media at an instant. Null where an end is not there (yet).
struct FlowState {
  std::size_t flow = 0;
  const session::Stats* server = nullptr;  ///< of the server's session with the viewer
  const session::Stats* publisher = nullptr;
  const session::Stats* viewer = nullptr;
  const service::PlayStats* play = nullptr;
  DataRate wanted;  ///< that the encoder is told to make
};

/// Is told all that happens in a simulation, in its order: what the network does (Watcher), and what the ends
/// of our flows do. Each output is one observer, and so are the invariants; none sees what another makes of
/// it.
class Observer : public Watcher {
 public:
  void on_entered(std::size_t, Time, const Passing&) override {}
  void on_served(std::size_t, Time, const Passing&, Duration) override {}
  void on_lost(std::size_t, Time, const Passing&, LossCause) override {}
  void on_duplicated(std::size_t, Time, const Passing&) override {}
  void on_arrived(std::size_t, Time, const Passing&) override {}

  virtual void on_sent(Time, const DatagramSeen&) {}
  virtual void on_received(Time, const DatagramSeen&) {}
  /// A line of the key log of an end.
  virtual void on_key(Time, std::uint32_t /*end*/, std::string_view /*line*/) {}

  virtual void on_made(Time, const FrameMade&) {}
  virtual void on_out(Time, const FrameOut&) {}
  virtual void on_playback(Time, const Playback&) {}
  /// A line that an end said or heard over a reliable stream.
  virtual void on_said(Time, std::uint32_t /*end*/, std::string_view) {}
  virtual void on_heard(Time, std::uint32_t /*end*/, std::string_view) {}

  /// About every 200 ms, and once more at the end.
  virtual void on_state(Time, const FlowState&) {}
  /// The simulation is over; on_state() has been called for all flows at this very time.
  virtual void on_end(Time) {}
};

}  // namespace avocet::sim
