#pragma once

#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <variant>
#include <vector>

#include "protocol/service/names.hpp"
#include "protocol/service/service.hpp"
#include "tests/support/credentials.hpp"

namespace avocet::test {

using namespace avocet::service;

/// What a client would see of one session of the service: messages decoded, frames as sent. Delivers nothing
/// until told.
struct FakePort final : Port {
  struct Sent {
    TrackId track;
    media::Frame frame;
    std::optional<Time> deadline;
  };

  session::Admission write(Time, ByteView data) override {
    if (blocked || closed) return session::Admission::full;
    Visitor visitor{messages};
    EXPECT(stream.receive(data, visitor, [] { return true; }));
    return session::Admission::accepted;
  }
  void close(Time, wire::CloseCode code, std::string_view reason) override {
    closed = code;
    close_reason = reason;
  }
  void open_track(TrackId track, session::TrackOptions options) override { open[track] = options; }
  session::Admission send(Time, TrackId track, const media::Frame& frame,
                          std::optional<Time> deadline) override {
    if (!open.contains(track)) return session::Admission::closed;
    if (sent.size() >= room) return session::Admission::full;
    sent.push_back({track, frame, deadline});
    return session::Admission::accepted;
  }
  void cancel(TrackId track, FrameNumber from) override { cancelled.push_back({track, from}); }
  std::optional<FrameNumber> first_undelivered(TrackId track, FrameNumber from) const override {
    std::optional<FrameNumber> first;
    for (std::size_t i = delivered; i < sent.size(); ++i) {
      if (sent[i].track != track || sent[i].frame.number < from || gave_up(sent[i])) continue;
      if (!first || sent[i].frame.number < *first) first = sent[i].frame.number;
    }
    return first;
  }
  void close_track(TrackId track) override { open.erase(track); }
  std::size_t bytes_unsent(TrackId) const override { return unsent; }
  bool needs_key_frame(TrackId) const override { return gave_up_picture; }
  void set_ceiling(DataRate rate) override { ceiling = rate; }
  void ignore_track(TrackId track) override { ignored.insert(track); }
  bool flushed() const override { return !blocked && delivered == sent.size(); }
  Path path() const override { return now_path; }

  void deliver_all() { delivered = sent.size(); }
  bool gave_up(const Sent& s) const {
    for (const auto& [track, from] : cancelled) {
      if (track == s.track && s.frame.number >= from) return true;
    }
    return !open.contains(s.track);
  }

  /// The messages of one type that were received, oldest first.
  template <class T>
  std::vector<T> all() const {
    std::vector<T> found;
    for (const auto& message : messages) {
      if (const auto* m = std::get_if<T>(&message)) found.push_back(*m);
    }
    return found;
  }
  template <class T>
  T last() const {
    const auto found = all<T>();
    return found.empty() ? T{} : found.back();
  }

  template <class... Ts>
  static std::variant<Ts...> variant_of(wire::Registry<Ts...>);
  using Message = decltype(variant_of(wire::ServiceMessages{}));
  struct Visitor {
    std::vector<Message>& messages;
    template <class T>
    void operator()(const T& message) const {
      messages.push_back(message);
    }
  };
  static void EXPECT(bool fine) {
    if (!fine) std::abort();
  }

  MessageStream stream{1 << 20};
  std::vector<Message> messages;
  std::vector<Sent> sent;
  std::size_t delivered = 0, room = 100'000, unsent = 0;
  bool gave_up_picture = false;
  std::vector<std::pair<TrackId, FrameNumber>> cancelled;
  std::map<TrackId, session::TrackOptions> open;
  std::set<TrackId> ignored;
  Path now_path{DataRate::mbps(1), 50ms, {}};
  DataRate ceiling;
  bool blocked = false;
  std::optional<wire::CloseCode> closed;
  std::string close_reason;
};

/// A service with clients that are nothing but the messages they send.
struct House {
  explicit House(ServiceConfig config = {}) : service(config, context) {}

  struct Client {
    SessionId id;
    std::unique_ptr<crypto::Identity> identity;
    FakePort* port = nullptr;
  };

  Client connect(std::uint64_t key) {
    crypto::Random random(Entropy::of(key));
    Client client{SessionId{++sessions},
                  std::make_unique<crypto::Identity>(crypto::Identity::make_ed25519(*context, random))};
    auto port = std::make_unique<FakePort>();
    client.port = port.get();
    service.opened(now, client.id, std::move(port), client.identity->public_key().der(), "fingerprint");
    return client;
  }
  Client join(const std::string& name, std::uint64_t key) {
    Client client = connect(key);
    tell(client, join_message(client, name));
    return client;
  }
  wire::Join join_message(const Client& client, const std::string& name) {
    wire::Join join{.name = name};
    join.encryption_key[3] = std::byte{7};
    join.signature = client.identity->sign(*context, encryption_key_statement(name, join.encryption_key));
    return join;
  }

  template <class T>
  void tell(const Client& client, const T& message) {
    service.received(now, client.id, wire::frame_message(message));
    drain();
  }
  void drain() {
    while (auto event = service.next_event()) {
      if (const auto* need = std::get_if<NeedSegment>(&*event)) {
        needed.push_back(need->request);
        if (supplying)
          service.supply(now, need->request, segment(need->request.track, need->request.segment));
      } else {
        events.push_back(std::move(*event));
      }
    }
  }
  void run(Duration span) {
    const Time end = now + span;
    while (service.due() && *service.due() <= end) {
      now = std::max(now, *service.due());
      service.wake(now);
      drain();
    }
    now = end;
  }

  template <class T>
  std::vector<T> all() const {
    std::vector<T> found;
    for (const auto& event : events) {
      if (const auto* e = std::get_if<T>(&event)) found.push_back(*e);
    }
    return found;
  }

  static constexpr std::uint64_t frames_per_segment = 10;
  static constexpr std::uint32_t rates[] = {400'000, 2'500'000, 6'000'000};

  /// Half a second in ten frames of 50 ms, as many bytes as the bit rate says.
  static media::SharedSegment segment(std::size_t track, std::uint32_t index) {
    auto segment = std::make_shared<media::Segment>();
    segment->index = index;
    const std::size_t size = track < 3 ? rates[track] / 8 / 20 : 300;
    for (std::uint64_t i = 0; i < frames_per_segment; ++i) {
      const std::uint64_t n = index * frames_per_segment + i;
      segment->frames.push_back({.number = {n},
                                 .pts = static_cast<std::int64_t>(n * 50),
                                 .duration = 50,
                                 .key = i == 0,
                                 .payload = std::make_shared<const Bytes>(size)});
    }
    return segment;
  }
  static std::vector<media::TrackConfig> tracks() {
    std::vector<media::TrackConfig> tracks;
    for (int i = 0; i < 3; ++i) {
      tracks.push_back(
          {.rendition = std::vector<std::string>{"240p", "720p", "1440p"}[static_cast<std::size_t>(i)],
           .codec = "h264",
           .bitrate = rates[i]});
    }
    tracks.push_back({.kind = media::Kind::audio, .codec = "aac", .sample_rate = 48000, .bitrate = 48'000});
    return tracks;
  }
  static StoredTitle title(const std::string& name, std::uint32_t segments = 20) {
    StoredTitle title{.name = name, .duration = segments * 500ms, .tracks = tracks()};
    for (std::uint32_t i = 0; i < segments; ++i) title.segment_starts.push_back(i * 500ms);
    return title;
  }
  /// A live picture that was taken 10 ms ago by a clock that is 100 s ahead.
  static media::Frame picture(Time now, std::uint64_t number) {
    return {.number = {number},
            .pts = static_cast<std::int64_t>(number * 50),
            .duration = 50,
            .capture = to_microseconds(now.time_since_epoch() - 10ms + 100s),
            .key = number % 10 == 0,
            .payload = std::make_shared<const Bytes>(1000)};
  }
  /// Of the frames that a client was sent on a track of its play.
  static std::vector<std::uint64_t> numbers(const Client& c, std::size_t track) {
    std::vector<std::uint64_t> found;
    for (const auto& s : c.port->sent) {
      if (s.track == c.port->last<wire::Tracks>().tracks.at(track).id) found.push_back(s.frame.number.value);
    }
    return found;
  }
  static std::vector<std::uint64_t> range(std::uint64_t from, std::uint64_t to) {
    std::vector<std::uint64_t> all;
    for (; from < to; ++from) all.push_back(from);
    return all;
  }
  static wire::Play play_message(std::uint32_t id, const std::string& title) {
    return {.play = {id}, .title = title, .latency = 150ms, .buffer = 1500ms};
  }

  std::shared_ptr<crypto::Context> context = std::make_shared<crypto::Context>(Entropy::of(1));
  Service service;
  Time now{1s};
  std::uint64_t sessions = 0;
  std::vector<ServerEvent> events;
  std::vector<SegmentRequest> needed;
  bool supplying = true;
};

}  // namespace avocet::test
