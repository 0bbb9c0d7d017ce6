#include "sim/observe/invariants.hpp"

#include <fmt/format.h>

#include "protocol/session/config.hpp"
#include "sim/observe/fingerprint.hpp"

namespace avocet::sim {
namespace {

constexpr std::size_t most_told = 20;

const char* name_of(EndRole role) {
  if (role == EndRole::server) return "server";
  return role == EndRole::publisher ? "publisher" : "viewer";
}

}  // namespace

Invariants::Invariants(const Experiment& experiment, std::function<void()> failed)
    : experiment_(experiment), failed_(std::move(failed)), flows_(experiment.flows.size()) {}

void Invariants::require(bool holds, Time now, std::size_t flow, const std::string& what) {
  if (holds || violations_.size() == most_told) return;
  violations_.push_back(fmt::format("{:.6f} s, {}: {}", to_seconds(now.time_since_epoch()),
                                    experiment_.flows[flow].name, what));
  if (violations_.size() == 1) failed_();
}

void Invariants::on_sent(Time, const DatagramSeen& seen) {
  OfFlow& flow = flows_[flow_of(seen.end)];
  const auto count = [&](Counted& counted) { ++counted.datagrams, counted.bytes += seen.bytes.size(); };
  count(flow.sent[seen.end]);
  if (role_of(seen.end) == EndRole::publisher) flow.publisher = seen.from;
  if (role_of(seen.end) == EndRole::server && seen.to != flow.publisher) count(flow.to_viewer);
}

void Invariants::on_received(Time, const DatagramSeen& seen) {
  OfFlow& flow = flows_[flow_of(seen.end)];
  Counted& counted = flow.received[seen.end];
  ++counted.datagrams, counted.bytes += seen.bytes.size();
  flow.damaged[seen.end] += seen.sender == 0;
}

void Invariants::on_made(Time, const FrameMade& made) {
  flows_[made.flow].frames[{made.track, made.frame.number}].fingerprint = fingerprint(made.frame.payload);
}

void Invariants::on_out(Time now, const FrameOut& out) {
  OfFlow& flow = flows_[out.flow];
  if (out.picture && !out.late) ++flow.pictures_out;
  const auto name = [&] { return fmt::format("frame {} of track {}", out.frame.number.value, out.track); };
  const auto found = flow.frames.find({out.track, out.frame.number});
  if (found == flow.frames.end())
    return require(false, now, out.flow, name() + " came out, but was never made");
  require(!std::exchange(found->second.out, true), now, out.flow, name() + " came out twice");
  require(found->second.fingerprint == fingerprint(out.frame.payload), now, out.flow,
          name() + " came out with other bytes than it was made of");
}

void Invariants::on_playback(Time, const Playback& playback) {
  if (playback.kind == Playback::Kind::switched) ++flows_[playback.flow].switches;
}

void Invariants::on_said(Time, std::uint32_t end, std::string_view line) {
  flows_[flow_of(end)].said.emplace_back(line);
}

void Invariants::on_heard(Time now, std::uint32_t end, std::string_view line) {
  OfFlow& flow = flows_[flow_of(end)];
  const bool expected = flow.heard < flow.said.size() && flow.said[flow.heard] == line;
  require(expected, now, flow_of(end),
          fmt::format("heard '{}' where '{}' was next: control was lost, repeated or changed", line,
                      flow.heard < flow.said.size() ? flow.said[flow.heard] : "nothing"));
  ++flow.heard;
}

void Invariants::check_caps(Time now, std::size_t flow, std::string_view end, const session::Stats& s) {
  const session::Config limits;
  const auto under = [&](std::size_t held, std::size_t cap, std::string_view what) {
    require(held <= cap, now, flow, fmt::format("the {} holds {} bytes of {}, cap {}", end, held, what, cap));
  };
  under(s.memory_held, session::memory_cap(limits), "memory");
  under(s.media_bytes_held, limits.max_media_queue, "media to send");
  under(s.reassembly_bytes_held, limits.max_media_pending, "media to reassemble");
}

void Invariants::on_state(Time now, const FlowState& state) {
  OfFlow& flow = flows_[state.flow];
  const auto keep = [&](std::optional<session::Stats>& kept, std::string_view end,
                        const session::Stats* stats) {
    if (stats == nullptr) return;
    check_caps(now, state.flow, end, *stats);
    kept = *stats;
  };
  keep(flow.server_stats, "server", state.server);
  keep(flow.publisher_stats, "publisher", state.publisher);
  keep(flow.viewer_stats, "viewer", state.viewer);
  if (state.play != nullptr) flow.play = *state.play;
}

/// A listener may answer each damaged datagram with a Reset, which is no session's.
void Invariants::check_sent(Time now, std::size_t flow, EndRole role, const session::Stats& s,
                            const Counted& truth) {
  const std::uint64_t resets = role == EndRole::server ? flows_[flow].damaged[end_of(flow, role)] : 0;
  const bool same = s.packets_sent == truth.datagrams && s.bytes_sent == truth.bytes;
  const bool few_more = s.packets_sent <= truth.datagrams && truth.datagrams <= s.packets_sent + resets;
  require(same || (resets > 0 && few_more), now, flow,
          fmt::format("the {} counts {} datagrams with {} bytes sent, they were {} with {}", name_of(role),
                      s.packets_sent, s.bytes_sent, truth.datagrams, truth.bytes));
}

/// A damaged datagram may look like one of a kind that is not counted.
void Invariants::check_received(Time now, std::size_t flow, EndRole role, const session::Stats& s) {
  const std::uint32_t end = end_of(flow, role);
  const std::uint64_t truth = flows_[flow].received[end].datagrams, damaged = flows_[flow].damaged[end];
  const std::uint64_t all =
      s.packets_received + s.packets_undecryptable + s.packets_malformed + s.packets_duplicate;
  require(all <= truth && truth <= all + damaged, now, flow,
          fmt::format("the {} counts {} datagrams received, they were {}", name_of(role), all, truth));
}

void Invariants::on_end(Time now) {
  for (std::size_t i = 0; i < flows_.size(); ++i) {
    OfFlow& flow = flows_[i];
    if (flow.publisher_stats) {
      check_sent(now, i, EndRole::publisher, *flow.publisher_stats, flow.sent[end_of(i, EndRole::publisher)]);
      check_received(now, i, EndRole::publisher, *flow.publisher_stats);
    }
    if (flow.viewer_stats) {
      check_sent(now, i, EndRole::viewer, *flow.viewer_stats, flow.sent[end_of(i, EndRole::viewer)]);
      check_received(now, i, EndRole::viewer, *flow.viewer_stats);
    }
    if (flow.server_stats) check_sent(now, i, EndRole::server, *flow.server_stats, flow.to_viewer);
    if (!flow.play) continue;
    const std::uint64_t counted = flow.play->frames_received - flow.play->frames_dropped;
    require(counted == flow.pictures_out, now, i,
            fmt::format("the viewer counts {} pictures in time, {} came out", counted, flow.pictures_out));
  }
}

}  // namespace avocet::sim
