#include "analysis/output/account_page.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <limits>
#include <span>

#include "analysis/metrics/capture_metrics.hpp"
#include "analysis/metrics/journey_metrics.hpp"
#include "analysis/report/page.hpp"

namespace avocet::analysis {
namespace {

constexpr std::size_t most_connections = 6;

/// Series have slots of their own widths; charts have one line of time.
std::vector<double> resampled(const std::vector<double>& values, double width,
                              const std::vector<double>& times, double factor) {
  std::vector<double> out;
  for (const double t : times) {
    const auto i = static_cast<std::size_t>(t / width + 1e-6);
    out.push_back(i < values.size() ? values[i] * factor : std::numeric_limits<double>::quiet_NaN());
  }
  return out;
}

using Values = std::vector<double> Series::*;

report::Chart chart(const ConnectionAccount& c, const std::vector<double>& times, std::string title,
                    std::string unit, std::string note, Values values, double factor) {
  report::Chart out{.title = std::move(title), .unit = std::move(unit), .note = std::move(note)};
  const auto add = [&](const DirectionAccount& d, std::string name, std::string color) {
    if (!d.measures.empty()) {
      out.series.push_back({.name = std::move(name),
                            .color = std::move(color),
                            .values = resampled(d.series.*values, d.series.width, times, factor)});
    }
  };
  add(c.down, "from the server", "#1f77b4");
  add(c.up, "from the client", "#e6842a");
  return out;
}

/// The same of what two captures tell, for which a direction has a series of its own.
report::Chart journey_chart(const ConnectionAccount& c, const std::vector<double>& times, std::string title,
                            std::string unit, std::string note, std::vector<double> JourneyAccount::* values,
                            double factor) {
  report::Chart out{.title = std::move(title), .unit = std::move(unit), .note = std::move(note)};
  const auto add = [&](const DirectionAccount& d, std::string name, std::string color) {
    if (!d.journey) return;
    out.series.push_back({.name = std::move(name),
                          .color = std::move(color),
                          .values = resampled((*d.journey).*values, d.journey->width, times, factor)});
  };
  add(c.down, "from the server", "#1f77b4");
  add(c.up, "from the client", "#e6842a");
  return out;
}

std::string shown(double value, std::string_view unit) {
  if (unit == "s")
    return value >= 10 ? fmt::format("{:.1f} s", value) : fmt::format("{:.1f} ms", value * 1e3);
  if (unit == "bit/s") return fmt::format("{:.3f} Mbit/s", value / 1e6);
  if (unit == "1") return fmt::format("{:.2f} %", value * 100);
  return fmt::format("{:.6g}", value);
}

/// A row for each of these metrics that one of the columns has.
report::Table measures_table(std::string title, std::span<const metrics::Metric> known,
                             const std::vector<std::pair<std::string, const Measures*>>& columns) {
  report::Table out{.title = std::move(title), .head = {""}};
  for (const auto& [name, measures] : columns) out.head.push_back(name);
  for (const metrics::Metric& m : known) {
    report::Table::Row row{.name = std::string(m.name), .note = std::string(m.meaning)};
    bool any = false;
    for (const auto& [name, measures] : columns) {
      const auto found = std::ranges::find(*measures, m.name, &Measures::value_type::first);
      any = any || found != measures->end();
      row.cells.push_back(found == measures->end() ? "" : shown(found->second, m.unit));
    }
    if (any) out.rows.push_back(std::move(row));
  }
  return out;
}

/// What two captures tell of a connection.
void add_journey(report::Page& page, const ConnectionAccount& c, const std::string& name) {
  page.charts.push_back(journey_chart(c, page.times, "One way" + name, "ms",
                                      "From one capture to the other, the clocks' difference taken off",
                                      &JourneyAccount::delay, 1e3));
  page.charts.push_back(journey_chart(c, page.times, "Lost between the captures" + name, "%",
                                      "Packets that only the capture nearer to their sender has",
                                      &JourneyAccount::loss, 100));
  std::vector<std::pair<std::string, const Measures*>> columns;
  if (c.down.journey) columns.emplace_back("from the server", &c.down.journey->measures);
  if (c.up.journey) columns.emplace_back("from the client", &c.up.journey->measures);
  page.tables.push_back(measures_table("Between the captures" + name, metrics::journey_metrics, columns));
}

void add_findings(report::Table& table, const std::vector<Finding>& findings) {
  for (const Finding& f : findings) {
    table.rows.push_back({.name = f.what, .note = f.evidence + ". " + f.advice});
  }
}

/// What two captures tell of each other.
void add_between(report::Page& page, const Between& between) {
  page.facts.emplace_back("beside", between.server_file + ", nearer to the server");
  page.facts.emplace_back(
      "clocks", fmt::format("{:.3f} ms and {:.1f} ppm apart", value_of(between.measures, "clockOffset") * 1e3,
                            value_of(between.measures, "clockSkew")));
}

void add_charts(report::Page& page, const ConnectionAccount& c, const std::string& name) {
  page.charts.push_back(
      chart(c, page.times, "Rate" + name, "Mbit/s", "IP packets at the capture", &Series::rate, 1e-6));
  page.charts.push_back(
      chart(c, page.times, "Loss" + name, "%", "Packets missing up to here", &Series::loss, 100));
  if (!c.opened) return;
  page.charts.push_back(chart(c, page.times, "Round trip" + name, "ms",
                              "From here to the receiver and back, by acknowledgements", &Series::round_trip,
                              1e3));
  page.charts.push_back(chart(c, page.times, "Queues" + name, "ms",
                              "Way from here to the receiver beyond the quickest packet's", &Series::queue,
                              1e3));
}

void add_tables(report::Page& page, const ConnectionAccount& c, const std::string& name) {
  page.tables.push_back(measures_table("Measures" + name, metrics::capture_metrics,
                                       {{"connection", &c.measures},
                                        {"from the server", &c.down.measures},
                                        {"from the client", &c.up.measures}}));
  std::vector<std::pair<std::string, const Measures*>> columns;
  for (const PlayAccount& p : c.plays) columns.emplace_back(p.title.empty() ? "play" : p.title, &p.measures);
  for (const DirectionAccount* d : {&c.down, &c.up}) {
    for (const TrackAccount& t : d->tracks) columns.emplace_back(t.name, &t.measures);
  }
  if (columns.empty()) return;
  page.tables.push_back(measures_table("Plays and tracks" + name, metrics::capture_metrics, columns));
}

std::vector<report::Tile> tiles_of(const ConnectionAccount& c) {
  std::vector<report::Tile> tiles{
      {fmt::format("{:.2f}", value_of(c.down.measures, "rate") / 1e6), "Mbit/s", "from the server"},
      {fmt::format("{:.2f}", value_of(c.down.measures, "lossRatio") * 100), "%", "lost on the way to here"}};
  if (!c.plays.empty() && measured(c.plays[0].measures, "freezeCount")) {
    tiles.push_back({fmt::format("{:.0f}", value_of(c.plays[0].measures, "freezeCount")), "", "freezes"});
  }
  return tiles;
}

void add_flows(report::Page& page, const std::vector<FlowAccount>& all) {
  report::Table flows{.title = "Other traffic", .head = {"", "MB", "Mbit/s"}};
  for (const FlowAccount& f : all) {
    flows.rows.push_back({.name = f.name,
                          .note = f.between,
                          .cells = {fmt::format("{:.2f}", value_of(f.measures, "bytes") / 1e6),
                                    fmt::format("{:.2f}", value_of(f.measures, "rate") / 1e6)}});
  }
  if (!all.empty()) page.tables.push_back(std::move(flows));
}

}  // namespace

report::Page page_of(const Account& account, const std::string& command) {
  const auto of = [&](std::string_view metric) { return value_of(account.measures, metric); };
  report::Page page{.title = "What happened in " + account.file.substr(account.file.rfind('/') + 1),
                    .command = command};
  page.subtitle = fmt::format("{:.0f} packets, {:.2f} MB in {:.1f} s, {} Avocet connection{}", of("packets"),
                              of("bytes") / 1e6, of("duration"), account.connections.size(),
                              account.connections.size() == 1 ? "" : "s");
  if (!account.trouble.empty()) page.facts.emplace_back("partial", account.trouble);
  if (account.between) add_between(page, *account.between);
  const std::span shown =
      std::span(account.connections).first(std::min(account.connections.size(), most_connections));
  double width = 0.2;
  for (const ConnectionAccount& c : shown) width = std::max({width, c.up.series.width, c.down.series.width});
  for (double t = 0; t <= of("duration"); t += width) page.times.push_back(t);

  report::Table findings{.title = "What stands out", .head = {""}};
  add_findings(findings, account.findings);
  for (const ConnectionAccount& c : shown) {
    add_findings(findings, c.findings);
    const std::string name =
        shown.size() > 1 ? fmt::format(" ({} to {})", c.client, c.server) : std::string();
    page.facts.emplace_back("connection", c.client + " to " + c.server + (c.opened ? "" : ", without keys"));
    add_charts(page, c, name);
    if (c.down.journey || c.up.journey) add_journey(page, c, name);
    add_tables(page, c, name);
  }
  if (!shown.empty() && !shown.front().down.measures.empty()) page.tiles = tiles_of(shown.front());
  if (!findings.rows.empty()) page.first.push_back(std::move(findings));
  add_flows(page, account.flows);
  return page;
}

}  // namespace avocet::analysis
