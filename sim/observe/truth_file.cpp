#include "sim/observe/truth_file.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <nlohmann/json.hpp>

namespace avocet::sim {
namespace {

constexpr std::array<std::string_view, 7> kinds{"protected", "handshake",   "hello", "retry",
                                                "refuse",    "serverHello", "reset"};
constexpr std::array<std::string_view, 6> causes{"queue",  "random",   "blackhole",
                                                 "listed", "tooLarge", "corrupted"};
constexpr std::array<std::string_view, 6> playbacks{"began",   "switched", "frozen",
                                                    "stalled", "resumed",  "ended"};
constexpr std::array<std::string_view, 3> roles{"server", "publisher", "viewer"};

bool from_server(std::uint32_t end) { return role_of(end) == EndRole::server; }

std::string json_text(std::string_view text) { return nlohmann::json(text).dump(); }
std::int64_t ns(Time at) { return at.time_since_epoch().count(); }

/// What became of a frame, where, and why.
struct Fate {
  std::string_view what, where, why;
};

/// `next`: no frame of its track with a larger number came out.
Fate fate_of(const FrameStory& story, bool next, Time end) {
  constexpr Duration travelling = 1s;
  if (story.out) return {story.late ? "late" : "delivered", "viewer", story.late ? "deadline" : ""};
  const auto count = [](const std::vector<bool>& fragments) { return std::ranges::count(fragments, true); };
  const auto fragments = static_cast<std::ptrdiff_t>(story.sent.size());
  if (!story.admitted) return {"dropped", "publisher", "notAdmitted"};
  if (end - story.made < travelling) return {"travelling", "", "endOfSimulation"};
  if (count(story.sent) == 0) return {"dropped", "server", "notSent"};
  if (count(story.sent) < fragments) return {"dropped", "server", "givenUp"};
  if (count(story.arrived) < fragments) return {"dropped", "network", "fragmentsLost"};
  // What is stored comes ahead of its time.
  if (next) return {"travelling", "", "endOfSimulation"};
  return {"dropped", "viewer", "notDecodable"};
}

std::string optional_time(std::string_view name, const std::optional<Time>& at) {
  return at ? fmt::format(",\"{}\":{}", name, ns(*at)) : "";
}

}  // namespace

TruthFile::TruthFile(const std::string& file, const Experiment& experiment, std::uint64_t seed,
                     const FrameLedger& ledger)
    : experiment_(experiment), ledger_(ledger), out_(file, std::ios::trunc) {
  for (const Link& link : experiment.links) {
    entrances_.push_back({json_text(link.from), json_text(link.name)});
    exits_.push_back({json_text(link.to), json_text(link.name)});
    entrances_.push_back({json_text(link.to), json_text(link.name)});
    exits_.push_back({json_text(link.from), json_text(link.name)});
  }
  out_ << fmt::format("{{\"version\":1,\"scenario\":{},\"seed\":{},\n\"packets\":[",
                      json_text(experiment.name), seed);
}

TruthFile::Place TruthFile::place(std::uint32_t end) const {
  const auto role = roles[static_cast<std::size_t>(role_of(end))];
  return {json_text(fmt::format("{}.{}", experiment_.flows[flow_of(end)].name, role)), {}};
}

void TruthFile::write(Time now, std::string_view event, const Place& place, bool to_client,
                      const Identity& identity, std::string_view more) {
  out_ << (std::exchange(first_, false) ? "\n" : ",\n")
       << fmt::format("{{\"at\":{},\"event\":\"{}\",\"node\":{}", ns(now), event, place.node);
  if (!place.link.empty()) out_ << ",\"link\":" << place.link;
  out_ << fmt::format(",\"connectionId\":\"{:016x}\",\"direction\":\"{}\",\"kind\":\"{}\"", identity.id.value,
                      to_client ? "toClient" : "toServer", kinds[static_cast<std::size_t>(identity.kind)]);
  if (identity.number) out_ << ",\"packetNumber\":" << identity.number->value;
  out_ << more << '}';
}

void TruthFile::write_passing(std::string_view event, const Place& place, Time now, const Passing& p,
                              std::string_view more) {
  if (p.end == 0) return;
  const auto& sent = sent_[p.end];
  if (p.index < sent.size()) write(now, event, place, from_server(p.end), sent[p.index], more);
}

void TruthFile::on_packet_sent(Time now, const DatagramSeen& seen, const analysis::Packet& packet) {
  auto& sent = sent_[seen.end];
  sent.resize(seen.index);  // what could not be read, if anything, has no name
  sent.push_back({packet.kind, packet.id, packet.number});
  write(now, "sent", place(seen.end), from_server(seen.end), sent.back(),
        fmt::format(",\"size\":{}", seen.bytes.size()));
}

void TruthFile::on_packet_received(Time now, const DatagramSeen& seen, const analysis::Packet& packet) {
  std::string more = seen.ecn == Ecn::ce ? ",\"marked\":true" : "";
  if (seen.sender == 0) more += ",\"damaged\":true";
  write(now, "received", place(seen.end), !from_server(seen.end), {packet.kind, packet.id, packet.number},
        more);
}

void TruthFile::on_entered(std::size_t where, Time now, const Passing& p) {
  write_passing("entered", entrances_[where], now, p);
}

void TruthFile::on_served(std::size_t where, Time now, const Passing& p, Duration queued) {
  write_passing("served", entrances_[where], now, p, fmt::format(",\"queued\":{}", queued.count()));
}

void TruthFile::on_lost(std::size_t where, Time now, const Passing& p, LossCause cause) {
  write_passing("lost", entrances_[where], now, p,
                fmt::format(",\"cause\":\"{}\"", causes[static_cast<std::size_t>(cause)]));
}

void TruthFile::on_duplicated(std::size_t where, Time now, const Passing& p) {
  write_passing("duplicated", entrances_[where], now, p);
}

void TruthFile::on_arrived(std::size_t where, Time now, const Passing& p) {
  write_passing("arrived", exits_[where], now, p);
}

void TruthFile::on_playback(Time now, const Playback& playback) {
  std::string line = fmt::format("{{\"at\":{},\"flow\":{},\"event\":\"{}\"", ns(now),
                                 json_text(experiment_.flows[playback.flow].name),
                                 playbacks[static_cast<std::size_t>(playback.kind)]);
  if (!playback.from.empty()) line += ",\"from\":" + json_text(playback.from);
  if (!playback.to.empty()) line += ",\"to\":" + json_text(playback.to);
  if (playback.lasted > Duration::zero()) line += fmt::format(",\"lasted\":{}", playback.lasted.count());
  if (playback.times > 1) line += fmt::format(",\"times\":{}", playback.times);
  playback_.push_back(line + "}");
}

void TruthFile::on_end(Time now) {
  out_ << "],\n\"playback\":[";
  for (std::size_t i = 0; i < playback_.size(); ++i) out_ << (i == 0 ? "\n" : ",\n") << playback_[i];
  out_ << "],\n\"frames\":[";
  first_ = true;
  for (std::size_t flow = 0; flow < experiment_.flows.size(); ++flow) {
    std::map<std::size_t, FrameNumber> last_out;  // by track
    for (const auto& [key, story] : ledger_.frames(flow)) {
      if (story.out) last_out[key.track] = key.number;
    }
    for (const auto& [key, story] : ledger_.frames(flow)) {
      const auto last = last_out.find(key.track);
      write_frame(flow, key, story, last == last_out.end() || key.number > last->second, now);
    }
  }
  out_ << "],\n\"end\":" << ns(now) << "}\n";
  out_.flush();
}

void TruthFile::write_frame(std::size_t flow, const FrameLedger::Key& key, const FrameStory& story, bool next,
                            Time end) {
  const Fate fate = fate_of(story, next, end);
  out_ << (std::exchange(first_, false) ? "\n" : ",\n")
       << fmt::format("{{\"flow\":{},\"track\":{},\"number\":{},\"picture\":{},\"key\":{},\"size\":{}",
                      json_text(experiment_.flows[flow].name), key.track, key.number.value, story.picture,
                      story.key, story.size)
       << fmt::format(",\"made\":{}", ns(story.made)) << optional_time("firstSent", story.first_sent)
       << fmt::format(
              ",\"fragments\":{},\"fragmentsSent\":{},\"fragmentsRepeated\":{},\"fragmentsArrived\":{}",
              story.sent.size(), std::ranges::count(story.sent, true), story.repeats,
              std::ranges::count(story.arrived, true))
       << optional_time("out", story.out) << fmt::format(",\"fate\":\"{}\"", fate.what);
  if (!fate.where.empty()) out_ << fmt::format(",\"where\":\"{}\"", fate.where);
  if (!fate.why.empty()) out_ << fmt::format(",\"why\":\"{}\"", fate.why);
  out_ << '}';
}

}  // namespace avocet::sim
