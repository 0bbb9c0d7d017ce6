#include "sim/observe/measures.hpp"

#include <algorithm>

namespace avocet::sim {
namespace {

/// What a stored title takes in its highest rendition, with its sound.
DataRate highest(const FrameTrace& title) {
  std::uint32_t video = 0, audio = 0;
  for (const FrameTrace::Track& track : title.tracks) {
    (track.video ? video : audio) = std::max(track.video ? video : audio, track.bitrate);
  }
  return DataRate::bps(video) + DataRate::bps(audio);
}

}  // namespace

Measures::Measures(const Experiment& experiment, std::vector<FlowRecord>& flows) : flows_(flows) {
  for (const Link& link : experiment.links) {
    for (const Direction* d : {&link.forward, &link.back}) {
      limited_.push_back(d->limited());
    }
  }
  for (std::size_t i = 0; i < experiment.flows.size(); ++i) {
    const Flow& flow = experiment.flows[i];
    stored_.push_back(flow.kind == Flow::Kind::stored);
    if (!flow.ours()) continue;
    flows_[i].name = flow.name;
    flows_[i].start = flow.start;
    flows_[i].stop = flow.stop;
    flows_[i].most = flow.media.encoder.most + flow.media.encoder.audio;
    if (flow.kind == Flow::Kind::stored) flows_[i].most = highest(*flow.stored.frames);
  }
}

FlowRecord* Measures::media(std::size_t where, const Passing& p) {
  if (!limited_[where] || p.end == 0 || role_of(p.end) != EndRole::server) return nullptr;
  FlowRecord& flow = flows_[flow_of(p.end)];
  if (!flow.bottleneck) flow.bottleneck = where;
  return flow.bottleneck == where ? &flow : nullptr;
}

void Measures::on_entered(std::size_t where, Time now, const Passing& p) {
  if (FlowRecord* flow = media(where, p)) flow->entered.push_back({now, p.size});
}

void Measures::on_served(std::size_t where, Time now, const Passing& p, Duration queued) {
  if (FlowRecord* flow = media(where, p)) flow->served.push_back({now, queued, p.size});
}

void Measures::on_lost(std::size_t where, Time now, const Passing& p, LossCause) {
  if (FlowRecord* flow = media(where, p)) flow->lost.push_back(now);
}

void Measures::on_made(Time now, const FrameMade& made) {
  if (!made.picture) return;
  auto& sent = flows_[made.flow].frames_sent;
  const FlowRecord::SentFrame frame{now, made.frame.size(), made.frame.number.value};
  // A stored title has the same pictures in several renditions: they count once, as the latest.
  if (stored_[made.flow]) {
    if (frame.number >= sent.size()) sent.resize(frame.number + 1, frame);
    sent[frame.number] = frame;
  } else {
    sent.push_back(frame);
  }
}

void Measures::on_out(Time now, const FrameOut& out) {
  if (!out.picture) return;
  const auto& sent = flows_[out.flow].frames_sent;
  // What is stored was captured long ago: its way begins when the server takes it from its library.
  const bool live = out.frame.capture != 0 || out.frame.number.value >= sent.size();
  const Time captured =
      live ? Time(std::chrono::microseconds(out.frame.capture)) : sent[out.frame.number.value].captured;
  flows_[out.flow].frames_delivered.push_back(
      {out.frame.number.value, captured, now, out.late, out.frame.size(), out.due});
}

void Measures::on_playback(Time now, const Playback& playback) {
  FlowRecord& flow = flows_[playback.flow];
  if (playback.kind == Playback::Kind::switched) {
    ++flow.rendition_switches;
    flow.renditions.push_back({now, std::string(playback.to)});
  } else if (playback.kind == Playback::Kind::began) {
    flow.renditions.push_back({now, std::string(playback.to)});
  }
}

/// What a viewer of a stored title has not got to yet is not lost.
void Measures::on_end(Time) {
  for (std::size_t i = 0; i < flows_.size(); ++i) {
    if (!stored_[i]) continue;
    std::uint64_t next = 0;
    for (const auto& frame : flows_[i].frames_delivered) next = std::max(next, frame.number + 1);
    flows_[i].frames_sent.resize(std::min<std::size_t>(next, flows_[i].frames_sent.size()));
  }
}

void Measures::on_state(Time now, const FlowState& state) {
  FlowRecord& flow = flows_[state.flow];
  FlowRecord::State kept{.at = now, .wanted = state.wanted};
  if (const session::Stats* s = state.server) {
    flow.media_bytes = s->media_bytes_sent - s->retransmitted_media_bytes_sent;
    flow.repair_bytes = s->retransmitted_media_bytes_sent + s->fec_bytes_sent;
    kept.target = s->target_rate;
    kept.smoothed_rtt = s->smoothed_rtt;
    kept.repair_share = s->repair_share;
  }
  if (const service::PlayStats* p = state.play) {
    flow.freeze_count = p->freeze_count;
    flow.freezes = p->total_freezes_duration;
    flow.time_to_first_frame = p->time_to_first_frame;
    kept.buffered = p->buffered;
    kept.freeze_count = p->freeze_count;
  }
  flow.states.push_back(kept);
}

}  // namespace avocet::sim
