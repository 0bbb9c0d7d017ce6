#include "analysis/output/account_json.hpp"

#include <cmath>
#include <nlohmann/json.hpp>

#include "analysis/metrics/capture_metrics.hpp"
#include "analysis/metrics/journey_metrics.hpp"

namespace avocet::analysis {
namespace {

using nlohmann::ordered_json;

double seconds(Time at) { return to_seconds(at.time_since_epoch()); }
std::string_view name_of(Side side) { return side == Side::client ? "client" : "server"; }

std::string_view name_of(Finding::Weight weight) {
  switch (weight) {
    case Finding::Weight::note: return "note";
    case Finding::Weight::warning: return "warning";
    default: return "severe";
  }
}

std::string_view name_of(PathEvent::Kind kind) {
  switch (kind) {
    case PathEvent::Kind::address: return "address";
    case PathEvent::Kind::hops: return "hops";
    case PathEvent::Kind::copy: return "copy";
    case PathEvent::Kind::marked: return "marked";
    case PathEvent::Kind::late_copy: return "lateCopy";
    case PathEvent::Kind::not_authentic: return "notAuthentic";
    default: return "keyPhase";
  }
}

ordered_json to_json(const Measures& measures) {
  ordered_json out = ordered_json::object();
  for (const auto& [name, value] : measures) out[std::string(name)] = value;
  return out;
}

/// What was not measured is null.
ordered_json numbers(const std::vector<double>& values) {
  ordered_json out = ordered_json::array();
  for (const double v : values) out.push_back(std::isfinite(v) ? ordered_json(v) : ordered_json(nullptr));
  return out;
}

ordered_json to_json(const std::vector<Finding>& findings) {
  ordered_json out = ordered_json::array();
  for (const Finding& f : findings) {
    out.push_back({{"detector", f.detector},
                   {"weight", name_of(f.weight)},
                   {"what", f.what},
                   {"evidence", f.evidence},
                   {"advice", f.advice}});
  }
  return out;
}

ordered_json to_json(const JourneyAccount& j) {
  ordered_json losses = ordered_json::array();
  for (const Journey::Loss& l : j.losses) {
    losses.push_back({{"at", seconds(l.at)},
                      {"first", l.first},
                      {"last", l.last},
                      {"where", l.before ? "before" : "between"}});
  }
  return {{"measures", to_json(j.measures)},
          {"series", {{"width", j.width}, {"oneWayDelay", numbers(j.delay)}, {"lossRatio", numbers(j.loss)}}},
          {"losses", std::move(losses)}};
}

ordered_json to_json(const DirectionAccount& d) {
  ordered_json events = ordered_json::array(), tracks = ordered_json::array();
  for (const PathEvent& e : d.events) {
    events.push_back(
        {{"at", seconds(e.at)}, {"kind", name_of(e.kind)}, {"packetNumber", e.number}, {"what", e.what}});
  }
  for (const TrackAccount& t : d.tracks)
    tracks.push_back({{"name", t.name}, {"measures", to_json(t.measures)}});
  ordered_json out{{"measures", to_json(d.measures)},
                   {"lossRunLengths", d.loss_runs},
                   {"sizes", {{"upTo", SizeHistogram::borders}, {"packets", d.sizes}}},
                   {"series",
                    {{"width", d.series.width},
                     {"rate", numbers(d.series.rate)},
                     {"lossRatio", numbers(d.series.loss)},
                     {"roundTrip", numbers(d.series.round_trip)},
                     {"queueDelay", numbers(d.series.queue)}}},
                   {"events", std::move(events)},
                   {"tracks", std::move(tracks)}};
  if (d.journey) out["journey"] = to_json(*d.journey);
  return out;
}

ordered_json to_json(const PlayAccount& p) {
  ordered_json switches = ordered_json::array();
  for (const PlayView::Switch& s : p.switches) {
    switches.push_back({{"at", seconds(s.at)}, {"from", s.from}, {"to", s.to}, {"reason", s.reason}});
  }
  return {{"title", p.title},
          {"live", p.live},
          {"measures", to_json(p.measures)},
          {"switches", std::move(switches)}};
}

ordered_json to_json(const ConnectionAccount& c) {
  ordered_json plays = ordered_json::array(), messages = ordered_json::array();
  for (const PlayAccount& p : c.plays) plays.push_back(to_json(p));
  for (const ControlMessage& m : c.messages) {
    messages.push_back(
        {{"at", seconds(m.at)}, {"from", name_of(m.from)}, {"name", m.name}, {"what", m.what}});
  }
  return {{"client", c.client},
          {"server", c.server},
          {"connectionIds", c.ids},
          {"opened", c.opened},
          {"measures", to_json(c.measures)},
          {"fromClient", to_json(c.up)},
          {"fromServer", to_json(c.down)},
          {"plays", std::move(plays)},
          {"messages", std::move(messages)},
          {"end", c.end},
          {"findings", to_json(c.findings)}};
}

/// All but the connections, whose place is empty.
ordered_json without_connections(const Account& account) {
  ordered_json metrics = ordered_json::object(), flows = ordered_json::array();
  const auto explain = [&](const metrics::Metric& m) {
    metrics[std::string(m.name)] = {{"unit", m.unit}, {"meaning", m.meaning}, {"source", m.source}};
  };
  for (const metrics::Metric& m : metrics::capture_metrics) explain(m);
  if (account.between) {
    for (const metrics::Metric& m : metrics::journey_metrics) explain(m);
  }
  for (const FlowAccount& f : account.flows) {
    flows.push_back({{"name", f.name}, {"between", f.between}, {"measures", to_json(f.measures)}});
  }
  ordered_json out{{"version", 1},
                   {"file", account.file},
                   {"trouble", account.trouble},
                   {"began", account.began},
                   {"measures", to_json(account.measures)},
                   {"metrics", std::move(metrics)},
                   {"findings", to_json(account.findings)},
                   {"connections", ordered_json::array()},
                   {"otherTraffic", std::move(flows)}};
  if (const auto& b = account.between) {
    out["between"] = {{"server", b->server_file},
                      {"viewer", b->viewer_file},
                      {"trouble", b->trouble},
                      {"measures", to_json(b->measures)}};
  }
  return out;
}

/// The text of one that stands two levels deep.
std::string indented(const ordered_json& json) {
  std::string out = "    ";
  for (const char c : json.dump(2)) {
    out += c;
    if (c == '\n') out += "    ";
  }
  return out;
}

}  // namespace

void write_json(const Account& account, const std::function<void(std::string_view)>& write) {
  const std::string text = without_connections(account).dump(2) + '\n';
  if (account.connections.empty()) return write(text);
  // Within a string, quotes would be escaped.
  constexpr std::string_view place = "\"connections\": [";
  const std::size_t at = text.find(place) + place.size();
  write(std::string_view(text).substr(0, at));
  for (const ConnectionAccount& c : account.connections) {
    write(&c == &account.connections.front() ? "\n" : ",\n");
    write(indented(to_json(c)));
  }
  write("\n  ");
  write(std::string_view(text).substr(at));
}

}  // namespace avocet::analysis
