#include "sim/observe/report_page.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <set>

#include "analysis/metrics/flow_metrics.hpp"

namespace avocet::sim {
namespace {

using report::Chart;
using report::Series;
using report::Table;
using Style = Series::Style;

constexpr double gap = std::numeric_limits<double>::quiet_NaN();

/// Told apart by colour-blind eyes too (Okabe and Ito 2008).
constexpr std::array<const char*, 7> colors{"#0072b2", "#d55e00", "#009e73", "#cc79a7",
                                            "#56b4e9", "#e69f00", "#7a5c00"};
constexpr const char* grey = "#8796a5";
constexpr const char* red = "#c0392b";

/// The grain of timelines, in seconds.
constexpr double grain = 0.2;

std::string percent(double share) { return fmt::format("{:.{}f} %", share * 100, share < 0.0995 ? 2 : 1); }
std::string mbit(double bps) { return fmt::format("{:.{}f} Mbit/s", bps / 1e6, bps < 1e7 ? 2 : 1); }

std::string meaning(std::string_view metric) {
  const metrics::Metric* found = metrics::find_flow_metric(metric);
  return found == nullptr ? "" : std::string(found->meaning);
}

/// Puts what flows measured onto the times of the page.
class Lines {
 public:
  explicit Lines(std::vector<FlowTimeline> flows, double length) : flows_(std::move(flows)) {
    for (std::size_t i = 0; static_cast<double>(i) * grain < length; ++i) {
      times_.push_back(static_cast<double>(i) * grain);
    }
  }
  const std::vector<double>& times() const { return times_; }
  const std::vector<FlowTimeline>& flows() const { return flows_; }
  bool single() const { return flows_.size() == 1; }
  const char* color(std::size_t flow) const { return colors[flow % colors.size()]; }

  /// `value` of each row of a flow.
  template <class Value>
  std::vector<double> of(const FlowTimeline& flow, Value&& value) const {
    std::vector<double> out(times_.size(), gap);
    for (const TimelineRow& row : flow.rows) {
      const auto index = static_cast<std::size_t>(std::lround(row.time / grain));
      if (index < out.size()) out[index] = value(row);
    }
    return out;
  }
  /// A line for each flow.
  template <class Value>
  std::vector<Series> each(Value&& value, Style style = Style::line) const {
    std::vector<Series> out;
    for (std::size_t i = 0; i < flows_.size(); ++i) {
      out.push_back({flows_[i].record->name, color(i), style, of(flows_[i], value)});
    }
    return out;
  }

 private:
  std::vector<FlowTimeline> flows_;
  std::vector<double> times_;
};

double unless_negative(double value) { return value < 0 ? gap : value; }

/// The mean of a second around each value: single frames differ too much to be followed by eye.
std::vector<double> smooth(const std::vector<double>& values) {
  constexpr std::size_t reach = 2;
  std::vector<double> out(values.size(), gap);
  for (std::size_t i = 0; i < values.size(); ++i) {
    double sum = 0, count = 0;
    for (std::size_t j = i < reach ? 0 : i - reach; j < std::min(values.size(), i + reach + 1); ++j) {
      if (std::isfinite(values[j])) sum += values[j], ++count;
    }
    if (count > 0 && std::isfinite(values[i])) out[i] = sum / count;
  }
  return out;
}

/// Mbit/s that traffic of others put through.
Series other_traffic(const Lines& lines, const std::vector<const FlowRecord*>& others) {
  std::vector<double> rate(lines.times().size(), 0);
  for (const FlowRecord* record : others) {
    for (const FlowRecord::Received& r : record->received) {
      const auto index = static_cast<std::size_t>(to_seconds(r.at.time_since_epoch()) / grain);
      if (index < rate.size()) rate[index] += static_cast<double>(r.size) * 8 / 1e6 / grain;
    }
  }
  return {"other traffic", colors[6], Style::line, std::move(rate)};
}

/// Mbit/s of all flows of media at the bottleneck of the first.
std::vector<double> together(const Lines& lines) {
  std::vector<double> out(lines.times().size(), gap);
  for (const FlowTimeline& flow : lines.flows()) {
    if (flow.record->bottleneck != lines.flows().front().record->bottleneck) continue;
    const auto one = lines.of(flow, [](const TimelineRow& row) { return row.receiving / 1e6; });
    for (std::size_t i = 0; i < out.size(); ++i) {
      if (std::isfinite(one[i])) out[i] = (std::isfinite(out[i]) ? out[i] : 0) + one[i];
    }
  }
  return out;
}

Chart rates(const Lines& lines, const std::vector<const FlowRecord*>& others) {
  const auto rate = [&](const FlowTimeline& flow, auto member) {
    return lines.of(flow, [&](const TimelineRow& row) { return row.*member / 1e6; });
  };
  Chart chart{.title = "Rate against capacity", .unit = "Mbit/s"};
  const FlowTimeline& first = lines.flows().front();
  chart.series.push_back({"capacity", grey, Style::filled_step, rate(first, &TimelineRow::capacity)});
  if (lines.single()) {
    chart.series.push_back(
        {"estimate of the sender", colors[5], Style::step, rate(first, &TimelineRow::target)});
    chart.series.push_back({"on the wire", colors[0], Style::line, rate(first, &TimelineRow::receiving)});
    chart.series.push_back({"useful", colors[2], Style::line, smooth(rate(first, &TimelineRow::goodput))});
    chart.note =
        "On the wire: with headers, repair and padding, as it leaves the bottleneck. Useful: pictures in "
        "time, "
        "over a second.";
  } else {
    for (Series& one : lines.each([](const TimelineRow& row) { return row.receiving / 1e6; })) {
      chart.series.push_back(std::move(one));
    }
    chart.series.push_back({"together", "#3b4956", Style::line, together(lines)});
    chart.note = "What each flow has on the wire as it leaves the bottleneck.";
  }
  if (!others.empty()) chart.series.push_back(other_traffic(lines, others));
  return chart;
}

Chart queueing(const Lines& lines) {
  Chart chart{
      .title = "Queueing delay",
      .unit = "ms",
      .note = "Of the packets of media at the bottleneck, from entering to the beginning of service."};
  const auto mean = [](const TimelineRow& row) { return unless_negative(row.queue_delay) * 1e3; };
  if (!lines.single()) {
    chart.series = lines.each(mean);
    return chart;
  }
  const FlowTimeline& flow = lines.flows().front();
  chart.series.push_back({"longest", colors[4], Style::line, lines.of(flow, [](const TimelineRow& row) {
                            return unless_negative(row.queue_delay_max) * 1e3;
                          })});
  chart.series.push_back({"mean", colors[0], Style::line, lines.of(flow, mean)});
  return chart;
}

Chart frame_delay(const Lines& lines, const Experiment& experiment) {
  Chart chart{
      .title = "Frame delay", .unit = "ms", .note = "The longest in 200 ms, from capture to decodable."};
  chart.series =
      lines.each([](const TimelineRow& row) { return unless_negative(row.frame_delay_max) * 1e3; });
  for (const Flow& flow : experiment.flows) {
    if (flow.kind != Flow::Kind::media) continue;
    chart.mark = {to_seconds(flow.media.latency) * 1e3, "latency asked for"};
    break;
  }
  return chart;
}

Chart losses(const Lines& lines) {
  Chart chart{.title = "Packets lost",
              .unit = "in 200 ms",
              .note = "In the network, before any repair.",
              .low = true};
  chart.series =
      lines.each([](const TimelineRow& row) { return static_cast<double>(row.packets_lost); }, Style::bars);
  if (lines.single()) chart.series.front().color = red;
  return chart;
}

/// Pictures of the source that were not decodable in time, by when they were captured.
std::vector<double> missing(const Lines& lines, const FlowRecord& record) {
  std::set<std::uint64_t> in_time;
  for (const auto& frame : record.frames_delivered) {
    if (!frame.late) in_time.insert(frame.number);
  }
  std::vector<double> out(lines.times().size(), 0);
  for (const auto& frame : record.frames_sent) {
    if (in_time.contains(frame.number)) continue;
    const double at = to_seconds(frame.captured.time_since_epoch());
    const auto index = static_cast<std::size_t>(at / grain);
    if (index < out.size()) ++out[index];
  }
  return out;
}

Chart late_frames(const Lines& lines) {
  Chart chart{.title = "Frames late or missing",
              .unit = "in 200 ms",
              .note = "By the time of their capture: not decodable when they were to be shown.",
              .low = true};
  for (std::size_t i = 0; i < lines.flows().size(); ++i) {
    const FlowRecord& record = *lines.flows()[i].record;
    chart.series.push_back(
        {record.name, lines.single() ? red : lines.color(i), Style::bars, missing(lines, record)});
  }
  return chart;
}

Chart renditions(const Lines& lines) {
  Chart chart{.title = "Rendition", .low = true};
  for (const FlowTimeline& flow : lines.flows()) {
    for (const auto& rendition : flow.record->renditions) {
      if (std::ranges::count(chart.levels, rendition.name) == 0) chart.levels.push_back(rendition.name);
    }
  }
  const auto lines_of = [](const std::string& name) { return std::atoi(name.c_str()); };  // "720p"
  std::ranges::stable_sort(chart.levels, {}, lines_of);
  for (std::size_t i = 0; i < lines.flows().size(); ++i) {
    const FlowTimeline& flow = lines.flows()[i];
    chart.series.push_back(
        {flow.record->name, lines.color(i), Style::step, lines.of(flow, [&](const TimelineRow& row) {
           if (row.rendition == 0) return gap;
           const std::string& name = flow.record->renditions[row.rendition - 1].name;
           return static_cast<double>(std::ranges::find(chart.levels, name) - chart.levels.begin() + 1);
         })});
  }
  return chart;
}

Chart buffers(const Lines& lines) {
  return {.title = "Buffer",
          .unit = "s",
          .note = "Media that the viewer has and has not shown yet.",
          .series = lines.each([](const TimelineRow& row) { return row.buffered; }),
          .low = true};
}

Table measures(const std::vector<FlowSummary>& flows) {
  Table table{.title = "Measures", .head = {""}};
  for (const FlowSummary& flow : flows) table.head.push_back(flow.name);
  const auto add = [&](const char* name, const char* metric, auto&& text) {
    Table::Row row{name, meaning(metric), {}};
    for (const FlowSummary& flow : flows) row.cells.push_back(text(flow));
    table.rows.push_back(std::move(row));
  };
  using F = const FlowSummary&;
  const auto delays = [](const Distribution& d) {
    return fmt::format("{:.0f} / {:.0f} / {:.0f} / {:.0f} ms", d.p50 * 1e3, d.p95 * 1e3, d.p99 * 1e3,
                       d.max * 1e3);
  };
  add("Utilisation", "utilization", [](F f) { return percent(f.utilization); });
  add("Goodput", "goodput", [](F f) { return mbit(f.goodput); });
  add("Receiving rate", "receivingRate", [](F f) { return mbit(f.receiving_rate); });
  add("Variation of the rate", "rateVariation", [](F f) { return fmt::format("{:.2f}", f.rate_variation); });
  add("Time to 90 % of a step up", "stepTimes", [](F f) {
    std::string out;
    for (const double t : f.step_times) {
      out += (out.empty() ? "" : ", ") + (t < 0 ? "never" : fmt::format("{:.1f} s", t));
    }
    return out.empty() ? "–" : out;
  });
  add("Queueing delay p50 / p95 / p99 / max", "queueDelay", [&](F f) { return delays(f.queue_delay); });
  add("Frame delay p50 / p95 / p99 / max", "frameDelay", [&](F f) { return delays(f.frame_delay); });
  add("Loss before repair", "lossBeforeRepair", [](F f) { return percent(f.loss_before_repair); });
  add("Loss after repair", "lossAfterRepair", [](F f) { return percent(f.loss_after_repair); });
  add("Overhead of repair", "repairOverhead", [](F f) { return percent(f.repair_overhead); });
  add("Pictures made / in time / late", "framesDelivered",
      [](F f) { return fmt::format("{} / {} / {}", f.frames_sent, f.frames_delivered, f.frames_late); });
  add("Freezes", "freezeCount",
      [](F f) { return fmt::format("{} ({:.1f} s)", f.freeze_count, f.total_freezes_duration); });
  add("Switches of rendition", "renditionSwitches",
      [](F f) { return fmt::format("{}", f.rendition_switches); });
  add("Time to the first picture", "timeToFirstFrame",
      [](F f) { return f.time_to_first_frame < 0 ? "–" : fmt::format("{:.2f} s", f.time_to_first_frame); });
  return table;
}

/// The figures of the flow that fared worst, where there are several.
std::vector<report::Tile> tiles(const RunSummary& summary) {
  const auto worst = [&](auto value) {
    double out = value(summary.media.front());
    for (const FlowSummary& flow : summary.media) out = std::max(out, value(flow));
    return out;
  };
  const bool several = summary.media.size() > 1;
  const auto named = [&](const char* name) { return std::string(name) + (several ? ", worst flow" : ""); };
  using F = const FlowSummary&;
  const double unused = worst([](F f) { return 1 - f.utilization; });
  const double missed = worst([](F f) { return f.loss_after_repair; });
  std::vector<report::Tile> out{
      {fmt::format("{:.1f}", (1 - unused) * 100), "%", named("utilisation")},
      {fmt::format("{:.0f}", worst([](F f) { return f.queue_delay.p95; }) * 1e3), "ms",
       named("queueing delay p95")},
      {fmt::format("{:.0f}", worst([](F f) { return f.frame_delay.p95; }) * 1e3), "ms",
       named("frame delay p95")},
      {fmt::format("{:.2f}", missed * 100), "%", named("pictures late or missing")},
      {fmt::format("{:.0f}", worst([](F f) { return static_cast<double>(f.freeze_count); })), "",
       named("freezes")}};
  if (several) out.push_back({fmt::format("{:.3f}", summary.fairness_5s), "", "fairness (Jain) over 5 s"});
  return out;
}

}  // namespace

report::Page report_page(const Experiment& experiment, const RunSummary& summary, const RunFacts& facts) {
  report::Page page{
      .title = experiment.title,
      .subtitle = experiment.name + (experiment.source.empty() ? "" : " · " + experiment.source)};
  page.facts = {{"seed", std::to_string(facts.seed)},
                {"length", fmt::format("{:.0f} s", to_seconds(experiment.length))}};
  for (const auto& setting : facts.settings) {
    if (setting.first != "length") page.facts.push_back(setting);
  }
  page.facts.emplace_back("hash", fmt::format("{:016x}", facts.hash));
  page.command = facts.command;
  if (summary.media.empty()) return page;

  const Lines lines(summary.timelines, to_seconds(experiment.length));
  std::vector<const FlowRecord*> others;
  for (const OtherFlow& flow : summary.others) others.push_back(flow.record);
  page.tiles = tiles(summary);
  page.times = lines.times();
  page.charts = {rates(lines, others), queueing(lines),    frame_delay(lines, experiment),
                 losses(lines),        late_frames(lines), renditions(lines),
                 buffers(lines)};
  page.tables = {measures(summary.media)};
  if (!summary.others.empty()) {
    Table table{.title = "Other traffic", .head = {"", "kind", "goodput"}};
    for (const OtherFlow& flow : summary.others) {
      table.rows.push_back({flow.name, "", {flow.kind, mbit(flow.goodput)}});
    }
    page.tables.push_back(std::move(table));
  }
  return page;
}

}  // namespace avocet::sim
