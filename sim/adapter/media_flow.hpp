#pragma once

#include <memory>
#include <string>
#include <vector>

#include "protocol/service/client.hpp"
#include "protocol/service/server.hpp"
#include "sim/adapter/peer.hpp"
#include "sim/network/topology.hpp"
#include "sim/observe/observer.hpp"

namespace avocet::sim {

/// A server at the flow's `from` and a viewer at its `to`, who may get other ports and addresses on the way.
/// What the server has to show is up to the kinds of flow.
class MediaFlow {
 public:
  virtual ~MediaFlow() = default;
  MediaFlow(const MediaFlow&) = delete;
  MediaFlow& operator=(const MediaFlow&) = delete;

  /// Tells the observer the state of both ends.
  void tell_state();
  /// The simulation is over: what waits in sockets is read, and the state told once more.
  void settle();

 protected:
  /// `index` is the flow's in the experiment, and its name to the observer.
  MediaFlow(const Flow&, Topology&, std::uint64_t seed, std::size_t index, Observer&);

  /// At the flow's start, the server is there.
  virtual void start() = 0;
  virtual void on_server(const service::ServerEvent&, Time now) = 0;
  /// What the source is told to make; zero when nobody tells it.
  virtual DataRate wanted(Time) const { return DataRate::zero(); }
  virtual const service::Client* publisher() const { return nullptr; }

  /// The viewer comes and asks for a title.
  void watch(service::PlayRequest);

  const Flow& flow() const { return flow_; }
  std::size_t index() const { return index_; }
  /// The seed of something of this flow: of its long-term keys, its entropy, and so on.
  std::uint64_t seed(std::uint64_t of) const { return seed_ + of; }
  Observer& observer() { return observer_; }
  PeerAddress server_address() const;
  Peer<service::Server>& server() { return *server_peer_; }
  service::Server& server_core() { return *server_; }

 private:
  void open_server();
  void rebind(ns3::Ipv4Address);
  void on_server_output(service::Server::Output&, Time now);
  void on_viewer(service::Client::Output&, Time now);
  void on_frame(const service::FrameReady&, Time now);
  void tell_playback(Time now, Playback);
  void tell_freezes(Time now);
  void tell_state_again();

  const Flow flow_;
  const std::uint64_t seed_;
  const std::size_t index_;
  Observer& observer_;
  Topology::Host server_host_, viewer_host_;
  std::unique_ptr<service::Server> server_;
  std::unique_ptr<service::Client> viewer_;
  std::unique_ptr<Peer<service::Server>> server_peer_;
  std::unique_ptr<Peer<service::Client>> viewer_peer_;
  std::uint16_t viewer_port_;
  service::PlayId play_;
  SessionId viewer_session_;
  std::vector<std::string> renditions_;  // of the play's tracks; empty for sound
  std::uint64_t freezes_ = 0;            // told
  Duration frozen_{};
};

/// What all clients of simulations have set.
service::ClientConfig client_config();

}  // namespace avocet::sim
