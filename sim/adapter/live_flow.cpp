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
constexpr Duration state_interval = 200ms;
/// The publisher says something so often, which shows whether control arrives, whole and once.
constexpr Duration say_interval = 1s;

PeerAddress address_of(const Topology::Host& host, std::uint16_t port) {
  return to_peer_address(host.address, port);
}

service::ServerConfig server_config() {
  service::ServerConfig config;
  config.listener.session.max_rate = DataRate::infinite();
  config.listener.session.key_log = true;
  return config;
}

service::ClientConfig client_config() {
  service::ClientConfig config;
  config.session.key_log = true;
  return config;
}

}  // namespace

LiveFlow::LiveFlow(const Flow& flow, Topology& topology, std::uint64_t seed, std::size_t index,
                   Observer& observer)
    : flow_(flow),
      seed_(seed * seeds_per_flow),
      index_(index),
      observer_(observer),
      encoder_(flow.media.encoder, seed_, Time(flow.start)),
      server_host_(topology.add_host(flow.from, host_delay)),
      publisher_host_(topology.add_host(flow.from, host_delay)),
      viewer_host_(topology.add_host(flow.to, flow.delay)) {
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
      *server_, server_host_.node, server, end_of(index_, EndRole::server), observer_,
      [this](service::Server::Output& output, Time now) { on_server(output, now); });

  publisher_ = std::make_unique<service::Client>(client_config(), client_credentials(seed_ + 5), server,
                                                 Entropy::of(seed_ + 7), now(), calendar);
  publisher_peer_ = std::make_unique<Peer<service::Client>>(
      *publisher_, publisher_host_.node, address_of(publisher_host_, client_port),
      end_of(index_, EndRole::publisher), observer_,
      [this](service::Client::Output& output, Time now) { on_publisher(output, now); });
  publisher_peer_->call([this](Time now) {
    publisher_->join(now, "publisher");
    publication_ = publisher_->publish(now, title, encoder_.tracks());
  });
  tell_state_again();
}

void LiveFlow::on_publisher(service::Client::Output& output, Time now) {
  auto& event = std::get<service::ClientEvent>(output);
  if (std::holds_alternative<service::PublicationStarted>(event)) {
    ns3::Simulator::ScheduleNow([this] { publish(); });
  } else if (const auto* target = std::get_if<service::TargetRateChanged>(&event)) {
    encoder_.set_target(now, target->target);
  } else if (const auto* log = std::get_if<service::ClientKeyLog>(&event)) {
    observer_.on_key(now, end_of(index_, EndRole::publisher), log->line);
  }
}

/// The title is there: the viewer comes, and the encoder begins.
void LiveFlow::publish() {
  viewer_ = std::make_unique<service::Client>(client_config(), client_credentials(seed_ + 9),
                                              address_of(server_host_, server_port), Entropy::of(seed_ + 11),
                                              now(), calendar);
  viewer_peer_ = std::make_unique<Peer<service::Client>>(
      *viewer_, viewer_host_.node, address_of(viewer_host_, client_port), end_of(index_, EndRole::viewer),
      observer_, [this](service::Client::Output& output, Time now) { on_viewer(output, now); });
  viewer_peer_->call([this](Time now) {
    viewer_->join(now, "viewer");
    play_ = viewer_->play(now, {.title = title,
                                .latency = flow_.media.latency,
                                .weight = static_cast<std::uint8_t>(
                                    std::clamp(flow_.media.weight * wire::normal_weight, 1.0, 255.0))});
  });
}

void LiveFlow::on_server(service::Server::Output& output, Time now) {
  auto& event = std::get<service::ServerEvent>(output);
  if (const auto* began = std::get_if<service::PlayBegan>(&event)) {
    viewer_session_ = began->session;
    encoder_ = SyntheticEncoder(flow_.media.encoder, seed_, now);
    ns3::Simulator::ScheduleNow([this] { take_frames(); });
    ns3::Simulator::ScheduleNow([this] { say(); });
  } else if (const auto* log = std::get_if<service::SessionKeyLog>(&event)) {
    observer_.on_key(now, end_of(index_, EndRole::server), log->line);
  }
}

void LiveFlow::take_frames() {
  if (now() >= Time(flow_.stop)) return;
  if (paused_) return;
  publisher_peer_->call([this](Time now) {
    while (encoder_.next() <= now) {
      const auto coded = encoder_.take(now);
      const auto admission =
          publisher_->send_frame(now, publication_, coded.track, coded.frame, flow_.media.latency);
      observer_.on_made(now, {.flow = index_,
                              .track = coded.track,
                              .frame = coded.frame,
                              .picture = coded.track == 0,
                              .admission = admission});
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

void LiveFlow::say() {
  if (now() >= Time(flow_.stop)) return;
  const std::string line = "line " + std::to_string(lines_++) + " of " + flow_.name;
  observer_.on_said(now(), end_of(index_, EndRole::publisher), line);
  publisher_peer_->call([&](Time now) { publisher_->say(now, line); });
  ns3::Simulator::Schedule(to_ns3(say_interval), [this] { say(); });
}

void LiveFlow::on_viewer(service::Client::Output& output, Time now) {
  auto& event = std::get<service::ClientEvent>(output);
  if (const auto* ready = std::get_if<service::FrameReady>(&event)) {
    const bool picture = !renditions_[ready->track].empty();
    observer_.on_out(now, {.flow = index_,
                           .track = ready->track,
                           .frame = ready->frame,
                           .picture = picture,
                           .late = ready->late,
                           .due = ready->due});
    if (picture) tell_freezes(now);
  } else if (const auto* began = std::get_if<service::PlayStarted>(&event)) {
    renditions_.clear();
    for (const media::TrackConfig& track : began->tracks) renditions_.push_back(track.rendition);
    observer_.on_playback(now,
                          {.kind = Playback::Kind::began, .flow = index_, .to = renditions_[began->first]});
  } else if (const auto* change = std::get_if<service::SwitchedRendition>(&event)) {
    observer_.on_playback(now, {.kind = Playback::Kind::switched,
                                .flow = index_,
                                .from = renditions_[change->from],
                                .to = renditions_[change->to]});
  } else if (const auto* said = std::get_if<service::Said>(&event)) {
    observer_.on_heard(now, end_of(index_, EndRole::viewer), said->line);
  } else if (const auto* log = std::get_if<service::ClientKeyLog>(&event)) {
    observer_.on_key(now, end_of(index_, EndRole::viewer), log->line);
  }
}

/// A freeze is known when the picture after it is there.
void LiveFlow::tell_freezes(Time now) {
  const auto stats = viewer_->stats(now, play_);
  if (!stats || stats->freeze_count == freezes_) return;
  observer_.on_playback(
      now,
      {.kind = Playback::Kind::froze, .flow = index_, .lasted = stats->total_freezes_duration - frozen_});
  freezes_ = stats->freeze_count;
  frozen_ = stats->total_freezes_duration;
}

void LiveFlow::tell_state_again() {
  tell_state();
  ns3::Simulator::Schedule(to_ns3(state_interval), [this] { tell_state_again(); });
}

void LiveFlow::tell_state() {
  if (!server_) return;
  const auto stats_of = [](const auto& thing) {
    return thing ? std::optional(thing->stats()) : std::nullopt;
  };
  const auto server = stats_of(server_->find(viewer_session_));
  const auto publisher = stats_of(publisher_), viewer = stats_of(viewer_);
  const auto play = viewer_ ? viewer_->stats(now(), play_) : std::nullopt;
  const auto pointer = [](const auto& optional) { return optional ? &*optional : nullptr; };
  observer_.on_state(now(), {.flow = index_,
                             .server = pointer(server),
                             .publisher = pointer(publisher),
                             .viewer = pointer(viewer),
                             .play = pointer(play),
                             .wanted = encoder_.rate(now())});
}

}  // namespace avocet::sim
