#include "sim/adapter/live_flow.hpp"

#include "sim/adapter/credentials.hpp"

namespace avocet::sim {
namespace {

constexpr const char* title = "live";
constexpr std::uint16_t publisher_port = 40'000;
/// From the publisher to its server.
constexpr Duration publisher_delay = 100us;
/// The publisher says something so often, which shows whether control arrives, whole and once.
constexpr Duration say_interval = 1s;

}  // namespace

LiveFlow::LiveFlow(const Flow& flow, Topology& topology, std::uint64_t seed_number, std::size_t index,
                   Observer& observer)
    : MediaFlow(flow, topology, seed_number, index, observer),
      encoder_(flow.media.encoder, seed(0), Time(flow.start)),
      publisher_host_(topology.add_host(flow.from, publisher_delay)) {
  for (const Media::Pause& pause : flow.media.pauses) {
    ns3::Simulator::Schedule(to_ns3(pause.from), [this] { this->pause(true); });
    ns3::Simulator::Schedule(to_ns3(pause.until), [this] { this->pause(false); });
  }
}

void LiveFlow::start() {
  publisher_ = std::make_unique<service::Client>(client_config(), client_credentials(seed(5)),
                                                 server_address(), Entropy::of(seed(7)), now(), calendar);
  publisher_peer_ = std::make_unique<Peer<service::Client>>(
      *publisher_, publisher_host_.node, to_peer_address(publisher_host_.address, publisher_port),
      end_of(index(), EndRole::publisher), observer(),
      [this](service::Client::Output& output, Time now) { on_publisher(output, now); });
  publisher_peer_->call([this](Time now) {
    publisher_->join(now, "publisher");
    publication_ = publisher_->publish(now, title, encoder_.tracks());
  });
}

void LiveFlow::on_publisher(service::Client::Output& output, Time now) {
  const auto& event = std::get<service::ClientEvent>(output);
  if (std::holds_alternative<service::PublicationStarted>(event)) {
    ns3::Simulator::ScheduleNow([this] { watch({.title = title, .latency = flow().media.latency}); });
  } else if (const auto* target = std::get_if<service::TargetRateChanged>(&event)) {
    encoder_.set_target(now, target->target);
  } else if (std::holds_alternative<service::KeyFrameRequested>(event)) {
    encoder_.make_key_frame();
  } else if (const auto* log = std::get_if<service::ClientKeyLog>(&event)) {
    observer().on_key(now, end_of(index(), EndRole::publisher), log->line);
  }
}

/// The encoder begins when the viewer is there.
void LiveFlow::on_server(const service::ServerEvent& event, Time now) {
  if (!std::holds_alternative<service::PlayBegan>(event)) return;
  encoder_ = SyntheticEncoder(flow().media.encoder, seed(0), now);
  ns3::Simulator::ScheduleNow([this] { take_frames(); });
  ns3::Simulator::ScheduleNow([this] { say(); });
}

void LiveFlow::take_frames() {
  if (now() >= Time(flow().stop)) return;
  if (paused_) return;
  publisher_peer_->call([this](Time now) {
    while (encoder_.next() <= now) {
      const auto coded = encoder_.take(now);
      const auto admission =
          publisher_->send_frame(now, publication_, coded.track, coded.frame, flow().media.latency);
      observer().on_made(now, {.flow = index(),
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
  if (paused || !publisher_peer_) return;
  encoder_.resume(now());
  take_frames();
}

void LiveFlow::say() {
  if (now() >= Time(flow().stop)) return;
  const std::string line = "line " + std::to_string(lines_++) + " of " + flow().name;
  observer().on_said(now(), end_of(index(), EndRole::publisher), line);
  publisher_peer_->call([&](Time now) { publisher_->say(now, line); });
  ns3::Simulator::Schedule(to_ns3(say_interval), [this] { say(); });
}

}  // namespace avocet::sim
