#include "analysis/account/media_account.hpp"

#include <fmt/format.h>

#include "analysis/account/delivery_account.hpp"

namespace avocet::analysis {
namespace {

double number(std::uint64_t n) { return static_cast<double>(n); }
double ratio(double part, double whole) { return whole > 0 ? part / whole : 0; }

TrackAccount track_account(const TrackView& t) {
  const std::string kind = t.kind == media::Kind::audio ? "audio"
                           : t.rendition.empty()        ? "video"
                                                        : t.rendition;
  TrackAccount out{
      .name = fmt::format("{} {} (track {})", kind, t.codec.empty() ? "unknown" : t.codec, t.id.value),
      .kind = t.kind};
  const double time = to_seconds(t.last - t.first);
  const double once = number(t.fragment_bytes - t.repeated_bytes);
  out.told = !t.codec.empty();
  out.measures = {{"framesReceived", number(t.frames)},
                  {"keyFrames", number(t.key_frames)},
                  {"frameRate", ratio(number(t.frames > 0 ? t.frames - 1 : 0), time)},
                  {"bitrate", ratio(number(t.bytes) * 8, time)},
                  {"keyFrameSize", t.key_size()},
                  {"largestFrame", number(t.largest_frame)},
                  {"largestFrameAt", to_seconds(t.largest_at.time_since_epoch())},
                  {"largestFrameNumber", number(t.largest_number)},
                  {"fragments", number(t.fragments)},
                  {"framesRepaired", number(t.frames_repaired)},
                  {"fragmentsRepeated", number(t.repeated)},
                  {"repairOverhead", ratio(number(t.repeated_bytes + t.parity_bytes), once)},
                  {"parityShare", ratio(number(t.parity_bytes), number(t.fragment_bytes))},
                  {"frameDelayP50", to_seconds(t.delay.at(0.5))},
                  {"frameDelayP95", to_seconds(t.delay.at(0.95))},
                  {"jitter", to_seconds(t.jitter.jitter())},
                  {"jitterMax", to_seconds(t.jitter.highest())}};
  if (t.first_repeated) {
    out.measures.push_back({"repeatedFirstAt", to_seconds(t.first_repeated->at.time_since_epoch())});
    out.measures.push_back({"repeatedFirstNumber", number(t.first_repeated->fragment.value)});
  }
  if (t.first_parity) {
    out.measures.push_back({"parityFirstAt", to_seconds(t.first_parity->at.time_since_epoch())});
    out.measures.push_back({"parityFirstNumber", number(t.first_parity->fragment.value)});
  }
  return out;
}

PlayAccount play_account(const PlayView& p) {
  PlayAccount out{.title = p.request().title, .live = p.live(), .switches = p.switches()};
  const media::PlayoutCounters counters = p.counters();
  if (p.time_to_first_frame())
    out.measures.push_back({"timeToFirstFrame", to_seconds(*p.time_to_first_frame())});
  out.measures.push_back({"latency", to_seconds(p.request().latency)});
  out.measures.push_back({"renditionSwitches", number(p.switches().size())});
  if (counters.refused > 0) {
    out.measures.push_back({"framesNotHeld", number(counters.refused)});
    return out;
  }
  const Measures seen{{"framesShown", number(counters.frames_received - counters.frames_dropped)},
                      {"framesLost", number(counters.frames_lost)},
                      {"framesDropped", number(counters.frames_dropped)},
                      {"framesLate", number(p.frames_late())},
                      {"freezeCount", number(counters.freeze_count)},
                      {"totalFreezesDuration", to_seconds(counters.total_freezes_duration)},
                      {"stalls", number(p.stalls())},
                      {"goodput", ratio(number(p.shown_bytes()) * 8, to_seconds(p.shown_for()))},
                      {"buffered", to_seconds(p.buffers().at(0.5))},
                      {"bufferedP5", to_seconds(p.buffers().at(0.05))}};
  out.measures.insert(out.measures.end(), seen.begin(), seen.end());
  if (const auto freeze = p.first_freeze()) {
    out.measures.push_back({"firstFreezeAt", to_seconds(freeze->time_since_epoch())});
  }
  if (p.sync().count() > 0) {
    out.measures.push_back({"pictureBehindSound", p.sync().mean()});
    out.measures.push_back({"syncErrorP95", to_seconds(p.sync().distance().at(0.95))});
  }
  if (p.first_stall())
    out.measures.push_back({"firstStallAt", to_seconds(p.first_stall()->time_since_epoch())});
  return out;
}

/// A clock here that was set shows in both directions; one of the ends' in one.
void add_clock_steps(ConnectionAccount& out, const OpenedConnection& opened) {
  const OffsetSteps& one = opened.client.acks.steps();
  const OffsetSteps& two = opened.server.acks.steps();
  const OffsetSteps& most = one.count() >= two.count() ? one : two;
  if (most.count() == 0) return;
  out.measures.push_back({"clockSteps", number(most.count())});
  out.measures.push_back({"clockStep", to_seconds(most.latest().by)});
  out.measures.push_back({"clockStepAt", to_seconds(most.latest().at.time_since_epoch())});
}

}  // namespace

void add_opened(ConnectionAccount& out, const OpenedConnection& opened) {
  out.opened = true;
  for (const Side side : {Side::client, Side::server}) {
    DirectionAccount& direction = side == Side::client ? out.up : out.down;
    add_delivery(direction, opened.side(side).acks, opened.side(other(side)).acks);
    std::uint64_t retransmitted = 0, recovered = 0;
    for (const auto& [id, track] : opened.side(side).tracks) {
      retransmitted += track.retransmitted, recovered += track.outlines.recovered();
      if (track.fragments > 0) direction.tracks.push_back(track_account(track));
    }
    if (direction.tracks.empty()) continue;
    direction.measures.push_back({"fragmentsRetransmitted", number(retransmitted)});
    direction.measures.push_back({"fragmentsRecovered", number(recovered)});
  }
  for (const PlayView& play : opened.plays) {
    if (play.begun()) out.plays.push_back(play_account(play));
  }
  out.measures.push_back({"controlMessages", number(opened.message_count)});
  add_clock_steps(out, opened);
  if (opened.encoder.looked_at() > Duration::zero()) {
    out.measures.push_back({"encoderTime", to_seconds(opened.encoder.looked_at())});
    out.measures.push_back({"encoderTimeAbove", to_seconds(opened.encoder.above())});
    out.measures.push_back({"encoderWorst", opened.encoder.worst()});
    out.measures.push_back({"encoderWorstAt", to_seconds(opened.encoder.worst_at().time_since_epoch())});
  }
  out.messages = opened.messages;
  if (opened.close_code)
    out.end = fmt::format("closed with code {:#x}: {}", *opened.close_code, opened.close_reason);
}

}  // namespace avocet::analysis
