#include "sim/observe/frame_ledger.hpp"

#include "protocol/wire/frames.hpp"
#include "sim/observe/fingerprint.hpp"

namespace avocet::sim {
namespace {

template <class Visitor>
void each_fragment(const analysis::Packet& packet, Visitor&& visit) {
  if (packet.kind != wire::PacketKind::protected_ || !packet.opened) return;
  wire::read_all<wire::Frames>(packet.frames, [&]<class Frame>(const Frame& frame) {
    if constexpr (std::is_same_v<Frame, wire::Media>) visit(frame);
  });
}

}  // namespace

void FrameLedger::on_made(Time now, const FrameMade& made) {
  flows_[made.flow].frames.try_emplace({made.track, made.frame.number},
                                       FrameStory{.made = now,
                                                  .pts = made.frame.pts,
                                                  .size = made.frame.size(),
                                                  .key = made.frame.key,
                                                  .picture = made.picture,
                                                  .admitted = made.admission == session::Admission::accepted,
                                                  .fingerprint = fingerprint(made.frame.payload)});
}

void FrameLedger::on_out(Time now, const FrameOut& out) {
  auto& frames = flows_[out.flow].frames;
  const auto found = frames.find({out.track, out.frame.number});
  if (found == frames.end()) return;
  FrameStory& story = found->second;
  if (story.times_out++ > 0) return;
  story.out = now;
  story.late = out.late;
  story.damaged = fingerprint(out.frame.payload) != story.fingerprint;
}

void FrameLedger::on_packet_sent(Time now, const DatagramSeen& seen, const analysis::Packet& packet) {
  if (role_of(seen.end) != EndRole::server) return;
  OfFlow& flow = flows_[flow_of(seen.end)];
  each_fragment(packet, [&](const wire::Media& media) {
    if (media.index == 0) learn(flow, media);
    FrameStory* story = story_of(flow, media);
    if (story == nullptr || story->sent.empty()) return;
    if (media.fragment - media.index != story->first) return void(++story->repeats);
    if (media.index >= story->sent.size()) return;
    if (!story->first_sent) story->first_sent = now;
    if (story->sent[media.index]) ++story->repeats;
    story->sent[media.index] = true;
  });
}

void FrameLedger::on_packet_received(Time, const DatagramSeen& seen, const analysis::Packet& packet) {
  if (role_of(seen.end) != EndRole::viewer) return;
  OfFlow& flow = flows_[flow_of(seen.end)];
  each_fragment(packet, [&](const wire::Media& media) {
    FrameStory* story = story_of(flow, media);
    const bool known = story != nullptr && media.index < story->arrived.size();
    if (known && media.fragment - media.index == story->first) story->arrived[media.index] = true;
  });
}

/// Which of the source's tracks and frames a first fragment belongs to.
void FrameLedger::learn(OfFlow& flow, const wire::Media& media) {
  wire::Reader reader(media.data);
  wire::FrameHead head;
  wire::read_fields(reader, head);
  if (!reader.ok()) return;
  WireTrack& track = flow.tracks[media.track];
  for (auto& [key, story] : flow.frames) {
    if (track.source) break;
    if (key.number == head.number && story.size == head.size && story.pts == head.pts)
      track.source = key.track;
  }
  if (!track.source) return;
  track.begins[media.fragment.value] = head.number;
  const auto found = flow.frames.find({*track.source, head.number});
  if (found == flow.frames.end() || !found->second.sent.empty()) return;
  found->second.first = media.fragment;
  found->second.sent.resize(head.fragments);
  found->second.arrived.resize(head.fragments);
}

FrameStory* FrameLedger::story_of(OfFlow& flow, const wire::Media& media) {
  const auto track = flow.tracks.find(media.track);
  if (track == flow.tracks.end() || !track->second.source) return nullptr;
  const auto begin = track->second.begins.find(media.fragment.value - media.index);
  if (begin == track->second.begins.end()) return nullptr;
  const auto found = flow.frames.find({*track->second.source, begin->second});
  return found == flow.frames.end() ? nullptr : &found->second;
}

}  // namespace avocet::sim
