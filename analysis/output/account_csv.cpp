#include "analysis/output/account_csv.hpp"

#include <fmt/format.h>

#include <cmath>
#include <functional>

#include "analysis/metrics/capture_metrics.hpp"
#include "analysis/metrics/journey_metrics.hpp"

namespace avocet::analysis {
namespace {

std::string cell(double value) { return std::isfinite(value) ? fmt::format("{:.9g}", value) : std::string(); }

/// RFC 4180.
std::string quoted(std::string_view text) {
  if (text.find_first_of(",\"\r\n") == text.npos) return std::string(text);
  std::string out = "\"";
  for (const char c : text) out += c == '"' ? std::string("\"\"") : std::string(1, c);
  return out + '"';
}

std::string_view unit_of(std::string_view metric) {
  const metrics::Metric* known = metrics::find_capture_metric(metric);
  if (known == nullptr) known = metrics::find_journey_metric(metric);
  return known == nullptr ? std::string_view() : known->unit;
}

using Visit = std::function<void(std::size_t connection, std::string_view from, const DirectionAccount&)>;
void each_direction(const Account& account, const Visit& visit) {
  for (std::size_t i = 0; i < account.connections.size(); ++i) {
    visit(i, "client", account.connections[i].up);
    visit(i, "server", account.connections[i].down);
  }
}

std::string measures(const Account& account) {
  std::string out = "connection,of,metric,value,unit\n";
  const auto add = [&](std::string_view connection, const std::string& of, const Measures& all) {
    for (const auto& [name, value] : all)
      out += fmt::format("{},{},{},{},{}\n", connection, quoted(of), name, cell(value), unit_of(name));
  };
  add("", "capture", account.measures);
  if (account.between) add("", "clocks", account.between->measures);
  for (std::size_t i = 0; i < account.connections.size(); ++i) {
    const ConnectionAccount& c = account.connections[i];
    const std::string number = std::to_string(i);
    add(number, "connection", c.measures);
    for (const auto& [from, d] : {std::pair("client", &c.up), std::pair("server", &c.down)}) {
      add(number, fmt::format("from {}", from), d->measures);
      if (d->journey) add(number, fmt::format("between captures, from {}", from), d->journey->measures);
      for (const TrackAccount& t : d->tracks) add(number, t.name, t.measures);
    }
    for (const PlayAccount& p : c.plays) add(number, "play of " + p.title, p.measures);
  }
  return out;
}

std::string paths(const Account& account) {
  std::string out = "connection,from,time,rate,lossRatio,roundTrip,queueDelay\n";
  each_direction(account, [&](std::size_t i, std::string_view from, const DirectionAccount& d) {
    const Series& s = d.series;
    for (std::size_t n = 0; n < s.rate.size(); ++n) {
      out += fmt::format("{},{},{:.3f},{},{},{},{}\n", i, from, static_cast<double>(n) * s.width,
                         cell(s.rate[n]), cell(s.loss[n]), cell(s.round_trip[n]), cell(s.queue[n]));
    }
  });
  return out;
}

std::string journeys(const Account& account) {
  std::string out = "connection,from,time,oneWayDelay,lossRatio\n";
  each_direction(account, [&](std::size_t i, std::string_view from, const DirectionAccount& d) {
    if (!d.journey) return;
    const JourneyAccount& j = *d.journey;
    for (std::size_t n = 0; n < j.delay.size(); ++n) {
      out += fmt::format("{},{},{:.3f},{},{}\n", i, from, static_cast<double>(n) * j.width, cell(j.delay[n]),
                         cell(j.loss[n]));
    }
  });
  return out;
}

std::string losses(const Account& account) {
  std::string out = "connection,from,time,first,last,where\n";
  each_direction(account, [&](std::size_t i, std::string_view from, const DirectionAccount& d) {
    if (!d.journey) return;
    for (const Journey::Loss& l : d.journey->losses) {
      out += fmt::format("{},{},{:.6f},{},{},{}\n", i, from, to_seconds(l.at.time_since_epoch()), l.first,
                         l.last, l.before ? "before" : "between");
    }
  });
  return out;
}

std::string flows(const Account& account) {
  std::string out = "name,between,packets,bytes,duration\n";
  for (const FlowAccount& f : account.flows) {
    const auto of = [&](std::string_view metric) { return cell(value_of(f.measures, metric)); };
    out += fmt::format("{},{},{},{},{}\n", quoted(f.name), f.between, of("packets"), of("bytes"),
                       of("duration"));
  }
  return out;
}

std::string messages(const Account& account) {
  std::string out = "connection,time,from,name,what\n";
  for (std::size_t i = 0; i < account.connections.size(); ++i) {
    for (const ControlMessage& m : account.connections[i].messages) {
      out += fmt::format("{},{:.6f},{},{},{}\n", i, to_seconds(m.at.time_since_epoch()),
                         m.from == Side::client ? "client" : "server", m.name, quoted(m.what));
    }
  }
  return out;
}

}  // namespace

std::vector<CsvFile> to_csv(const Account& account) {
  std::vector<CsvFile> out{{"measures.csv", measures(account)},
                           {"paths.csv", paths(account)},
                           {"flows.csv", flows(account)},
                           {"messages.csv", messages(account)}};
  if (account.between) {
    out.push_back({"journeys.csv", journeys(account)});
    out.push_back({"losses.csv", losses(account)});
  }
  return out;
}

}  // namespace avocet::analysis
