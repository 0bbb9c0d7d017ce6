#pragma once

#include <memory>

#include "protocol/service/client.hpp"
#include "protocol/service/server.hpp"
#include "sim/adapter/peer.hpp"
#include "sim/network/topology.hpp"
#include "sim/observe/observer.hpp"
#include "sim/source/encoder.hpp"

namespace avocet::sim {

/// A live title from a publisher through its server to one viewer. Publisher and server stand at the flow's
/// `from`, the viewer at its `to`, so that what crosses the network is what the server sends to a viewer.
class LiveFlow {
 public:
  /// `index` is the flow's in the experiment, and its name to the observer.
  LiveFlow(const Flow&, Topology&, std::uint64_t seed, std::size_t index, Observer&);

  /// Tells the observer the state of both ends.
  void tell_state();

 private:
  void start();
  void publish();
  void take_frames();
  void pause(bool paused);
  void say();
  void tell_state_again();
  void tell_freezes(Time now);
  void on_server(service::Server::Output&, Time now);
  void on_publisher(service::Client::Output&, Time now);
  void on_viewer(service::Client::Output&, Time now);

  const Flow flow_;
  const std::uint64_t seed_;
  const std::size_t index_;
  Observer& observer_;
  SyntheticEncoder encoder_;
  std::unique_ptr<service::Server> server_;
  std::unique_ptr<service::Client> publisher_, viewer_;
  Topology::Host server_host_, publisher_host_, viewer_host_;
  std::unique_ptr<Peer<service::Server>> server_peer_;
  std::unique_ptr<Peer<service::Client>> publisher_peer_, viewer_peer_;
  service::PlayId publication_, play_;
  SessionId viewer_session_;
  std::vector<std::string> renditions_;  // of the play's tracks; empty for sound
  std::uint64_t lines_ = 0;              // said
  std::uint64_t freezes_ = 0;            // told
  Duration frozen_{};
  bool paused_ = false;
};

}  // namespace avocet::sim
