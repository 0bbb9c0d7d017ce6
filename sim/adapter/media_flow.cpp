#include "sim/adapter/media_flow.hpp"

#include "sim/adapter/credentials.hpp"

namespace avocet::sim {
namespace {

constexpr std::uint16_t server_port = wire::default_port, first_viewer_port = 41'000;
/// A host and its neighbours are not in one place.
constexpr Duration host_delay = 100us;
/// The long-term keys and the entropy of a flow's ends are drawn from seeds next to each other.
constexpr std::uint64_t seeds_per_flow = 64;
constexpr Duration state_interval = 200ms;

service::ServerConfig server_config() {
  service::ServerConfig config;
  config.listener.session.max_rate = DataRate::infinite();
  config.listener.session.key_log = true;
  return config;
}

}  // namespace

service::ClientConfig client_config() {
  service::ClientConfig config;
  config.session.key_log = true;
  return config;
}

MediaFlow::MediaFlow(const Flow& flow, Topology& topology, std::uint64_t seed, std::size_t index,
                     Observer& observer)
    : flow_(flow),
      seed_(seed * seeds_per_flow),
      index_(index),
      observer_(observer),
      server_host_(topology.add_host(flow.from, host_delay)),
      viewer_host_(topology.add_host(flow.to, flow.delay)),
      viewer_port_(first_viewer_port) {
  ns3::Simulator::ScheduleWithContext(server_host_.node->GetId(), to_ns3(flow.start),
                                      [this] { open_server(); });
  for (const Duration at : flow.media.new_port) {
    ns3::Simulator::Schedule(to_ns3(at), [this] { rebind(viewer_host_.address); });
  }
  for (const Duration at : flow.media.new_address) {
    const ns3::Ipv4Address other = topology.add_address(viewer_host_);
    ns3::Simulator::Schedule(to_ns3(at), [this, other] { rebind(other); });
  }
}

PeerAddress MediaFlow::server_address() const { return to_peer_address(server_host_.address, server_port); }

void MediaFlow::open_server() {
  server_ = std::make_unique<service::Server>(server_config(), server_credentials(seed(1)),
                                              Entropy::of(seed(3)), calendar);
  server_peer_ = std::make_unique<Peer<service::Server>>(
      *server_, server_host_.node, server_address(), end_of(index_, EndRole::server), observer_,
      [this](service::Server::Output& output, Time now) { on_server_output(output, now); });
  start();
  tell_state_again();
}

void MediaFlow::watch(service::PlayRequest request) {
  request.weight =
      static_cast<std::uint8_t>(std::clamp(flow_.media.weight * wire::normal_weight, 1.0, 255.0));
  viewer_ = std::make_unique<service::Client>(client_config(), client_credentials(seed(9)), server_address(),
                                              Entropy::of(seed(11)), now(), calendar);
  viewer_peer_ = std::make_unique<Peer<service::Client>>(
      *viewer_, viewer_host_.node, to_peer_address(viewer_host_.address, viewer_port_),
      end_of(index_, EndRole::viewer), observer_,
      [this](service::Client::Output& output, Time now) { on_viewer(output, now); });
  viewer_peer_->read_every(flow_.media.reads_every);
  viewer_peer_->call([&](Time now) {
    viewer_->join(now, "viewer");
    play_ = viewer_->play(now, request);
  });
}

/// As a NAT on the viewer's side does it: the viewer itself notices nothing.
void MediaFlow::rebind(ns3::Ipv4Address address) {
  viewer_host_.address = address;
  ++viewer_port_;
  if (viewer_peer_) viewer_peer_->move_to(to_peer_address(address, viewer_port_));
}

void MediaFlow::on_server_output(service::Server::Output& output, Time now) {
  const auto& event = std::get<service::ServerEvent>(output);
  if (const auto* log = std::get_if<service::SessionKeyLog>(&event)) {
    observer_.on_key(now, end_of(index_, EndRole::server), log->line);
    return;
  }
  if (const auto* began = std::get_if<service::PlayBegan>(&event)) viewer_session_ = began->session;
  on_server(event, now);
}

void MediaFlow::on_viewer(service::Client::Output& output, Time now) {
  const auto& event = std::get<service::ClientEvent>(output);
  if (const auto* ready = std::get_if<service::FrameReady>(&event)) {
    on_frame(*ready, now);
  } else if (const auto* began = std::get_if<service::PlayStarted>(&event)) {
    renditions_.clear();
    for (const media::TrackConfig& track : began->tracks) renditions_.push_back(track.rendition);
    tell_playback(now, {.kind = Playback::Kind::began, .to = renditions_[began->first]});
  } else if (const auto* change = std::get_if<service::SwitchedRendition>(&event)) {
    tell_playback(
        now,
        {.kind = Playback::Kind::switched, .from = renditions_[change->from], .to = renditions_[change->to]});
  } else if (std::holds_alternative<service::Stalled>(event)) {
    tell_playback(now, {.kind = Playback::Kind::stalled});
  } else if (const auto* resumed = std::get_if<service::Resumed>(&event)) {
    tell_playback(now, {.kind = Playback::Kind::resumed, .lasted = resumed->stalled_for});
  } else if (std::holds_alternative<service::PlayEnded>(event)) {
    tell_playback(now, {.kind = Playback::Kind::ended});
  } else if (const auto* said = std::get_if<service::Said>(&event)) {
    observer_.on_heard(now, end_of(index_, EndRole::viewer), said->line);
  } else if (const auto* log = std::get_if<service::ClientKeyLog>(&event)) {
    observer_.on_key(now, end_of(index_, EndRole::viewer), log->line);
  }
}

void MediaFlow::on_frame(const service::FrameReady& ready, Time now) {
  const bool picture = !renditions_[ready.track].empty();
  observer_.on_out(now, {.flow = index_,
                         .track = ready.track,
                         .frame = ready.frame,
                         .picture = picture,
                         .late = ready.late,
                         .due = ready.due});
  if (picture) tell_freezes(now);
}

void MediaFlow::tell_playback(Time now, Playback playback) {
  playback.flow = index_;
  observer_.on_playback(now, playback);
}

/// A freeze is known when the picture after it is there.
void MediaFlow::tell_freezes(Time now) {
  const auto stats = viewer_->stats(now, play_);
  if (!stats || stats->freeze_count == freezes_) return;
  tell_playback(now, {.kind = Playback::Kind::froze,
                      .lasted = stats->total_freezes_duration - frozen_,
                      .times = stats->freeze_count - freezes_});
  freezes_ = stats->freeze_count;
  frozen_ = stats->total_freezes_duration;
}

void MediaFlow::settle() {
  if (viewer_peer_) viewer_peer_->read();
  tell_state();
}

void MediaFlow::tell_state_again() {
  tell_state();
  ns3::Simulator::Schedule(to_ns3(state_interval), [this] { tell_state_again(); });
}

void MediaFlow::tell_state() {
  if (!server_) return;
  const auto stats_of = [](const auto* thing) {
    return thing != nullptr ? std::optional(thing->stats()) : std::nullopt;
  };
  const auto server = stats_of(server_->find(viewer_session_));
  const auto publishing = stats_of(publisher()), viewer = stats_of(viewer_.get());
  const auto play = viewer_ ? viewer_->stats(now(), play_) : std::nullopt;
  const auto pointer = [](const auto& optional) { return optional ? &*optional : nullptr; };
  observer_.on_state(now(), {.flow = index_,
                             .server = pointer(server),
                             .publisher = pointer(publishing),
                             .viewer = pointer(viewer),
                             .play = pointer(play),
                             .wanted = wanted(now())});
}

}  // namespace avocet::sim
