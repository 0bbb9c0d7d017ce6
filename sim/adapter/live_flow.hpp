#pragma once

#include <memory>

#include "sim/adapter/media_flow.hpp"
#include "sim/source/encoder.hpp"

namespace avocet::sim {

/// A live title from a publisher through its server to one viewer. The publisher stands beside the server, so
/// that what crosses the network is what the server sends to a viewer.
class LiveFlow final : public MediaFlow {
 public:
  LiveFlow(const Flow&, Topology&, std::uint64_t seed, std::size_t index, Observer&);

 private:
  void start() override;
  void on_server(const service::ServerEvent&, Time now) override;
  DataRate wanted(Time now) const override { return encoder_.rate(now); }
  const service::Client* publisher() const override { return publisher_.get(); }
  void on_publisher(service::Client::Output&, Time now);
  void take_frames();
  void pause(bool paused);
  void say();

  SyntheticEncoder encoder_;
  Topology::Host publisher_host_;
  std::unique_ptr<service::Client> publisher_;
  std::unique_ptr<Peer<service::Client>> publisher_peer_;
  service::PlayId publication_;
  std::uint64_t lines_ = 0;  // said
  bool paused_ = false;
};

}  // namespace avocet::sim
