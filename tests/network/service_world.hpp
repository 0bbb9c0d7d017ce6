#pragma once

#include <map>
#include <string>
#include <vector>

#include "protocol/service/client.hpp"
#include "protocol/service/server.hpp"
#include "tests/network/sharded_server.hpp"
#include "tests/support/credentials.hpp"
#include "tests/support/world.hpp"

namespace avocet::test {

/// A server with stored titles and its clients on a virtual clock, with what they saw.
struct ServiceWorld {
  using Net = World<ShardedServer, service::Client>;

  /// Everything that came out of one play.
  struct Seen {
    struct Frame {
      std::size_t track;
      media::Frame frame;
      Time at, due;
      bool late;
    };
    std::vector<Frame> frames;
    std::vector<service::SwitchedRendition> switches;
    std::vector<service::PlayStarted> started;
    Duration stalled{};
    std::optional<service::PlayEnded> ended;

    std::vector<std::uint64_t> numbers(bool video) const {
      std::vector<std::uint64_t> all;
      for (const Frame& f : frames) {
        if ((f.track < started.back().tracks.size() - 1) == video) all.push_back(f.frame.number.value);
      }
      return all;
    }
  };

  explicit ServiceWorld(std::uint64_t seed_number, service::ServerConfig config = {}, std::size_t shards = 1)
      : world(seed_number), seed(seed_number) {
    world.set_server(std::make_unique<ShardedServer>(shards, config, seed * 7));
    world.on_server = [this](service::Server::Output& output) {
      auto& event = std::get<service::ServerEvent>(output);
      if (const auto* need = std::get_if<service::NeedSegment>(&event)) {
        const auto& r = need->request;
        world.server().supply(world.now(), r, segment(r.track, r.segment));
      }
      server_events.push_back(std::move(event));
    };
    world.on_client = [this](std::size_t i, service::Client::Output& output) {
      note(i, std::get<service::ClientEvent>(std::move(output)));
    };
  }

  std::size_t connect(const link::LinkConfig& up, const link::LinkConfig& down,
                      service::ClientConfig config = {}, std::uint64_t key = 0) {
    const std::uint64_t n = client_events.size() + 1;
    return connect_as(client_credentials(key != 0 ? key : seed * 1000 + 10 * n), up, down, config);
  }
  /// The same with the keys, and from the address, that are given.
  std::size_t connect_as(session::ClientCredentials credentials, const link::LinkConfig& up,
                         const link::LinkConfig& down, service::ClientConfig config = {},
                         std::optional<PeerAddress> address = {}) {
    client_events.emplace_back();
    const std::uint64_t n = client_events.size();
    return world.add_client(
        std::make_unique<service::Client>(config, std::move(credentials), Net::server_address,
                                          Entropy::of(seed * 1000 + 10 * n + 5), world.now(), calendar),
        up, down, address);
  }
  std::size_t watch(const service::PlayRequest& request, const link::LinkConfig& up,
                    const link::LinkConfig& down) {
    const std::size_t i = connect(up, down);
    world.client(i).join(world.now(), "user" + std::to_string(i));
    plays[i] = world.client(i).play(world.now(), request);
    return i;
  }

  template <class Event>
  const Event* find(std::size_t i = 0) const {
    for (const auto& event : client_events[i]) {
      if (const auto* e = std::get_if<Event>(&event)) return e;
    }
    return nullptr;
  }
  service::PlayStats stats(std::size_t i = 0) { return *world.client(i).stats(world.now(), plays.at(i)); }

  static constexpr std::uint64_t frames_per_segment = 15;
  static constexpr std::int64_t tick = 1000;  // us between pictures times 30: timebase 1/30000
  static constexpr std::uint32_t rates[] = {400'000, 2'500'000, 6'000'000};

  /// Half a second: fifteen pictures, the first four times as large as the others; or 24 frames of sound.
  static media::SharedSegment segment(std::size_t track, std::uint32_t index) {
    auto segment = std::make_shared<media::Segment>();
    segment->index = index;
    const bool audio = track == 3;
    const std::uint64_t count = audio ? 24 : frames_per_segment;
    const std::size_t all = (audio ? 96'000 : rates[track]) / 16;
    for (std::uint64_t i = 0; i < count; ++i) {
      const std::uint64_t n = index * count + i;
      const std::size_t size = audio ? all / 24 : i == 0 ? all * 4 / 18 : all / 18;
      Bytes payload(size);
      for (std::size_t b = 0; b < size; ++b) payload[b] = static_cast<std::byte>(n * 31 + b * 7 + track);
      segment->frames.push_back({.number = {n},
                                 .pts = static_cast<std::int64_t>(n * (audio ? 1000 : 1000)),
                                 .duration = 1000,
                                 .key = audio || i == 0,
                                 .end_of_track = index + 1 == segments && i + 1 == count,
                                 .payload = std::make_shared<const Bytes>(std::move(payload))});
    }
    return segment;
  }
  static std::vector<media::TrackConfig> tracks() {
    const char* names[] = {"240p", "720p", "1440p"};
    std::vector<media::TrackConfig> tracks;
    for (std::size_t i = 0; i < 3; ++i) {
      tracks.push_back({.rendition = names[i],
                        .codec = "h264",
                        .timebase = {1, 30'000},
                        .height = 100,
                        .bitrate = rates[i]});
    }
    tracks.push_back({.kind = media::Kind::audio,
                      .codec = "opus",
                      .timebase = {1, 48'000},
                      .sample_rate = 48'000,
                      .bitrate = 96'000});
    return tracks;
  }
  static inline std::uint32_t segments = 60;
  static service::StoredTitle title(const std::string& name) {
    service::StoredTitle title{.name = name, .duration = segments * 500ms, .tracks = tracks()};
    for (std::uint32_t i = 0; i < segments; ++i) title.segment_starts.push_back(i * 500ms);
    return title;
  }

  Net world;
  std::uint64_t seed;
  std::vector<service::ServerEvent> server_events;
  std::vector<std::vector<service::ClientEvent>> client_events;  // frames are in `seen`
  std::map<std::size_t, service::PlayId> plays;
  std::map<std::size_t, Seen> seen;
  std::function<void(std::size_t, const service::ClientEvent&)> on_event = [](std::size_t, const auto&) {};

 private:
  void note(std::size_t i, service::ClientEvent event) {
    Seen& s = seen[i];
    if (auto* frame = std::get_if<service::FrameReady>(&event)) {
      s.frames.push_back({frame->track, frame->frame, world.now(), frame->due, frame->late});
      return;
    }
    if (auto* e = std::get_if<service::PlayStarted>(&event)) s.started.push_back(*e);
    if (auto* e = std::get_if<service::SwitchedRendition>(&event)) s.switches.push_back(*e);
    if (auto* e = std::get_if<service::Resumed>(&event)) s.stalled += e->stalled_for;
    if (auto* e = std::get_if<service::PlayEnded>(&event)) s.ended = *e;
    on_event(i, event);
    client_events[i].push_back(std::move(event));
  }
};

inline link::LinkConfig path(Duration delay, double loss = 0) {
  return {.delay = delay, .loss = link::Loss::bernoulli(loss)};
}
inline link::LinkConfig path(Duration delay, std::vector<link::RateStep> rate, double loss = 0) {
  return {.delay = delay, .loss = link::Loss::bernoulli(loss), .rate = std::move(rate)};
}

}  // namespace avocet::test
