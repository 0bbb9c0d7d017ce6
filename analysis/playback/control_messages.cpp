#include "analysis/playback/control_messages.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace avocet::analysis {
namespace {

constexpr std::size_t most_plays = 64;

void learn_tracks(OpenedSide& side, const std::vector<wire::Track>& tracks) {
  constexpr std::size_t most_tracks = 64;
  for (const wire::Track& t : tracks) {
    if (side.tracks.size() >= most_tracks) return;
    TrackView& track = side.tracks[t.id.value];
    track.id = t.id;
    track.rendition = t.rendition;
    track.codec = t.codec;
    track.kind = static_cast<media::Kind>(t.kind);
    track.nominal_bitrate = t.bitrate;
  }
}

/// One message: what a person wants to know of it, and what it does to the plays.
class Reading {
 public:
  Reading(OpenedConnection& opened, Side from, Time now) : opened_(opened), from_(from), now_(now) {}

  template <class Message>
  void operator()(const Message& message) {
    std::string what = take(message);
    ++opened_.message_count;
    if (opened_.messages.size() < opened_.room.messages) {
      opened_.messages.push_back({now_, from_, wire::Wire<Message>::name, std::move(what)});
    }
  }

 private:
  void begin(const wire::Play& request) {
    if (opened_.plays.size() >= most_plays) return;
    opened_.plays.emplace_back(now_, request, opened_.room.frames, opened_.room.switches);
  }
  PlayView* play(wire::PlayId id) {
    const auto found = std::ranges::find(opened_.plays, id, &PlayView::id);
    return found == opened_.plays.end() ? nullptr : &*found;
  }

  template <class Message>
  std::string take(const Message&) {
    return {};
  }
  std::string take(const wire::Refused& m) { return m.reason + "; " + m.remedy; }
  std::string take(const wire::Play& m) {
    if (play(m.play) == nullptr) begin(m);
    return fmt::format("{} {}, latency {} ms", m.title,
                       m.rendition.empty() ? "in any rendition" : m.rendition,
                       to_microseconds(m.latency) / 1000);
  }
  std::string take(const wire::Tracks& m) {
    learn_tracks(opened_.server, m.tracks);
    // A play that a ticket sealed begins before it is asked for (AV-SVC-43).
    if (play(m.play) == nullptr) begin({.play = m.play, .latency = 150ms});
    PlayView* p = play(m.play);
    if (p != nullptr) p->on_tracks(now_, m);
    for (const wire::Track& t : m.tracks) opened_.last_track = std::max(opened_.last_track, t.id);
    for (const WholeFrame& held : opened_.early.take(opened_.last_track)) {
      if (p != nullptr) p->on_frame(now_, held);
    }
    return fmt::format("{}, {} tracks", m.live ? "live" : "stored", m.tracks.size());
  }
  std::string take(const wire::Switched& m) {
    if (PlayView* p = play(m.play)) p->on_switched(m);
    return fmt::format("track {} to {} at frame {}: {}", m.from.value, m.to.value, m.at.value, m.reason);
  }
  std::string take(const wire::Pause& m) {
    if (PlayView* p = play(m.play)) p->on_pause(now_, m.paused);
    return m.paused ? "hold" : "go on";
  }
  std::string take(const wire::Ended& m) {
    if (PlayView* p = play(m.play)) p->on_ended(now_, m.reason);
    return m.reason;
  }
  std::string take(const wire::Publish& m) {
    learn_tracks(opened_.client, m.tracks);
    return fmt::format("{}, {} tracks", m.title, m.tracks.size());
  }
  std::string take(const wire::TargetRate& m) {
    opened_.encoder.told(now_, static_cast<double>(m.rate));
    return fmt::format("{:.2f} Mbit/s", static_cast<double>(m.rate) / 1e6);
  }
  std::string take(const wire::Bye& m) { return m.reason; }

  OpenedConnection& opened_;
  Side from_;
  Time now_;
};

}  // namespace

void read_messages(OpenedConnection& opened, Side from, Time now) {
  OrderedStream& stream = opened.side(from).control;
  while (!stream.broken()) {
    const auto next = wire::next_message(stream.ready(), wire::max_service_message);
    if (!next) return stream.give_up();
    if (!*next) return;
    const std::size_t size = (*next)->header + (*next)->body;
    if (stream.ready().size() < size) return;
    const ByteView body = stream.ready().subspan((*next)->header, (*next)->body);
    wire::read_message<wire::ServiceMessages>((*next)->type, body, Reading(opened, from, now));
    stream.consume(size);
  }
}

}  // namespace avocet::analysis
