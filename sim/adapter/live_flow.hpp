#pragma once

#include <memory>

#include "protocol/service/client.hpp"
#include "protocol/service/server.hpp"
#include "sim/adapter/peer.hpp"
#include "sim/network/topology.hpp"
#include "sim/record/flow_record.hpp"
#include "sim/source/encoder.hpp"

namespace avocet::sim {

/// A live title from a publisher through its server to one viewer. Publisher and server stand at the flow's
/// `from`, the viewer at its `to`, so that what crosses the network is what the server sends to a viewer.
class LiveFlow {
 public:
  /// `first_end` and the two after it name its ends to the tap: server, publisher, viewer.
  LiveFlow(const Flow&, Topology&, std::uint64_t seed, std::uint32_t first_end, Tap&, FlowRecord&);

  /// Reads the counters of both ends into the record. Once, at the end.
  void finish();

 private:
  void start();
  void publish();
  void take_frames();
  void pause(bool paused);
  void on_server(service::Server::Output&);
  void on_publisher(service::Client::Output&);
  void on_viewer(service::Client::Output&, Time now);

  const Flow flow_;
  const std::uint64_t seed_;
  FlowRecord& record_;
  SyntheticEncoder encoder_;
  std::unique_ptr<service::Server> server_;
  std::unique_ptr<service::Client> publisher_, viewer_;
  Topology::Host server_host_, publisher_host_, viewer_host_;
  std::uint32_t first_end_;
  Tap& tap_;
  std::unique_ptr<Peer<service::Server>> server_peer_;
  std::unique_ptr<Peer<service::Client>> publisher_peer_, viewer_peer_;
  service::PlayId publication_, play_;
  SessionId viewer_session_;
  bool paused_ = false;
};

}  // namespace avocet::sim
