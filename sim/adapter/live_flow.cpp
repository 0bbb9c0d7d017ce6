#include "sim/adapter/live_flow.hpp"

#include "sim/adapter/credentials.hpp"

namespace avocet::sim {
namespace {

constexpr const char* title = "live";
constexpr std::uint16_t server_port = wire::default_port, client_port = 40000;
/// A host and its neighbours are not in one place.
constexpr Duration host_delay = 100us;
/// The long-term keys and the entropy of a flow's ends are drawn from seeds next to each other.
constexpr std::uint64_t seeds_per_flow = 64;

PeerAddress address_of(const Topology::Host& host, std::uint16_t port) {
  return to_peer_address(host.address, port);
}

service::ServerConfig server_config() {
  service::ServerConfig config;
  config.listener.session.max_rate = DataRate::infinite();
  return config;
}

}  // namespace

LiveFlow::LiveFlow(const Flow& flow, Topology& topology, std::uint64_t seed, std::uint32_t first_end,
                   Tap& tap, FlowRecord& record)
    : flow_(flow),
      seed_(seed * seeds_per_flow),
      record_(record),
      encoder_(flow.media.encoder, seed_, Time(flow.start)),
      server_host_(topology.add_host(flow.from, host_delay)),
      publisher_host_(topology.add_host(flow.from, host_delay)),
      viewer_host_(topology.add_host(flow.to, flow.delay)),
      first_end_(first_end),
      tap_(tap) {
  record_.name = flow.name;
  record_.start = flow.start;
  record_.stop = flow.stop;
  record_.most = flow.media.encoder.most + flow.media.encoder.audio;
  ns3::Simulator::ScheduleWithContext(server_host_.node->GetId(), to_ns3(flow.start), [this] { start(); });
  for (const Media::Pause& pause : flow.media.pauses) {
    ns3::Simulator::Schedule(to_ns3(pause.from), [this] { this->pause(true); });
    ns3::Simulator::Schedule(to_ns3(pause.until), [this] { this->pause(false); });
  }
}

void LiveFlow::start() {
  const PeerAddress server = address_of(server_host_, server_port);
  server_ = std::make_unique<service::Server>(server_config(), server_credentials(seed_ + 1),
                                              Entropy::of(seed_ + 3), calendar);
  server_peer_ = std::make_unique<Peer<service::Server>>(
      *server_, server_host_.node, server, first_end_, tap_,
      [this](service::Server::Output& output, Time) { on_server(output); });

  publisher_ = std::make_unique<service::Client>(service::ClientConfig{}, client_credentials(seed_ + 5),
                                                 server, Entropy::of(seed_ + 7), now(), calendar);
  publisher_peer_ = std::make_unique<Peer<service::Client>>(
      *publisher_, publisher_host_.node, address_of(publisher_host_, client_port), first_end_ + 1, tap_,
      [this](service::Client::Output& output, Time) { on_publisher(output); });
  publisher_peer_->call([this](Time now) {
    publisher_->join(now, "publisher");
    publication_ = publisher_->publish(now, title, encoder_.tracks());
  });
}

void LiveFlow::on_publisher(service::Client::Output& output) {
  auto& event = std::get<service::ClientEvent>(output);
  if (std::holds_alternative<service::PublicationStarted>(event)) {
    ns3::Simulator::ScheduleNow([this] { publish(); });
  } else if (const auto* target = std::get_if<service::TargetRateChanged>(&event)) {
    encoder_.set_target(now(), target->target);
  }
}

/// The title is there: the viewer comes, and the encoder begins.
void LiveFlow::publish() {
  viewer_ = std::make_unique<service::Client>(service::ClientConfig{}, client_credentials(seed_ + 9),
                                              address_of(server_host_, server_port), Entropy::of(seed_ + 11),
                                              now(), calendar);
  viewer_peer_ = std::make_unique<Peer<service::Client>>(
      *viewer_, viewer_host_.node, address_of(viewer_host_, client_port), first_end_ + 2, tap_,
      [this](service::Client::Output& output, Time now) { on_viewer(output, now); });
  viewer_peer_->call([this](Time now) {
    viewer_->join(now, "viewer");
    play_ = viewer_->play(now, {.title = title,
                                .latency = flow_.media.latency,
                                .weight = static_cast<std::uint8_t>(
                                    std::clamp(flow_.media.weight * wire::normal_weight, 1.0, 255.0))});
  });
}

void LiveFlow::on_server(service::Server::Output& output) {
  auto& event = std::get<service::ServerEvent>(output);
  if (const auto* began = std::get_if<service::PlayBegan>(&event)) {
    viewer_session_ = began->session;
    encoder_ = SyntheticEncoder(flow_.media.encoder, seed_, now());
    ns3::Simulator::ScheduleNow([this] { take_frames(); });
  }
}

void LiveFlow::take_frames() {
  if (now() >= Time(flow_.stop)) return;
  if (paused_) return;
  publisher_peer_->call([this](Time now) {
    while (encoder_.next() <= now) {
      const auto coded = encoder_.take(now);
      if (coded.track == 0) record_.frames_sent.push_back({now, coded.frame.size()});
      publisher_->send_frame(now, publication_, coded.track, coded.frame, flow_.media.latency);
    }
  });
  ns3::Simulator::Schedule(to_ns3(encoder_.next() - now()), [this] { take_frames(); });
}

void LiveFlow::pause(bool paused) {
  paused_ = paused;
  if (paused) return;
  encoder_.resume(now());
  take_frames();
}

void LiveFlow::on_viewer(service::Client::Output& output, Time now) {
  auto& event = std::get<service::ClientEvent>(output);
  if (const auto* ready = std::get_if<service::FrameReady>(&event)) {
    if (ready->track != 0) return;
    record_.frames_delivered.push_back(
        {ready->frame.number.value, Time(std::chrono::microseconds(ready->frame.capture)), now, ready->late});
  } else if (std::holds_alternative<service::SwitchedRendition>(event)) {
    ++record_.rendition_switches;
  }
}

void LiveFlow::finish() {
  if (const auto* session = server_ ? server_->find(viewer_session_) : nullptr) {
    const session::Stats s = session->stats();
    record_.retransmissions = s.retransmitted_fragments_sent;
    record_.parity = s.fec_packets_sent;
    record_.fragments = s.fragments_sent;
  }
  if (!viewer_) return;
  if (const auto stats = viewer_->stats(now(), play_)) {
    record_.freeze_count = stats->freeze_count;
    record_.freezes = stats->total_freezes_duration;
  }
}

}  // namespace avocet::sim
