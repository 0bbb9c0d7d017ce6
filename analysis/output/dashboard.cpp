#include "analysis/output/dashboard.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "analysis/output/account_text.hpp"

namespace avocet::analysis {
namespace {

/// A graph is a minute; figures are of its last two seconds.
constexpr double minute = 60, now = 2;

/// The last `seconds` of a series up to the end of the capture. The slot at the end is not full yet.
std::vector<double> latest(const std::vector<double>& values, double width, double end, double seconds) {
  const auto slots = static_cast<std::size_t>(seconds / width), last = static_cast<std::size_t>(end / width);
  std::vector<double> out;
  for (std::size_t i = last > slots ? last - slots : 0; i < last; ++i)
    out.push_back(i < values.size() ? values[i] : NAN);
  return out;
}

double mean(const std::vector<double>& values) {
  double sum = 0, count = 0;
  for (const double v : values) {
    if (std::isfinite(v)) sum += v, ++count;
  }
  return count > 0 ? sum / count : NAN;
}

class Lines {
 public:
  Lines(std::size_t rows, std::size_t columns) : rows_(rows), columns_(columns) {}

  /// Cut at the right edge: a character of UTF-8 counts once.
  void add(const std::string& line) {
    if (count_ + 1 >= rows_) return;
    ++count_;
    std::size_t characters = 0;
    for (const char c : line) {
      const bool begins = (static_cast<unsigned char>(c) & 0xc0) != 0x80;
      if (begins && ++characters > columns_) break;
      text_ += c;
    }
    text_ += '\n';
  }
  bool room_for(std::size_t lines) const { return count_ + lines < rows_; }
  const std::string& text() const { return text_; }

 private:
  const std::size_t rows_, columns_;
  std::size_t count_ = 0;
  std::string text_;
};

struct Row {
  std::string_view name, unit;
  const std::vector<double>& values;
  double factor;
};

void direction(Lines& lines, std::string_view name, const DirectionAccount& d, double end,
               std::size_t columns) {
  const Series& s = d.series;
  const Row rows[] = {{"rate", "Mbit/s", s.rate, 1e-6},
                      {"loss", "%", s.loss, 100},
                      {"round trip", "ms", s.round_trip, 1e3},
                      {"queue", "ms", s.queue, 1e3}};
  lines.add(fmt::format("  {}", name));
  const std::size_t width = columns > 45 ? std::min<std::size_t>(columns - 34, 100) : 20;
  for (const Row& row : rows) {
    const double value = mean(latest(row.values, s.width, end, now)) * row.factor;
    const auto graph = latest(row.values, s.width, end, minute);
    if (std::ranges::none_of(graph, [](double v) { return v > 0; })) continue;
    lines.add(fmt::format("    {:<11}{:>8} {:<7} {}", row.name,
                          std::isfinite(value) ? fmt::format("{:.2f}", value) : "-", row.unit,
                          small_graph(graph, width)));
  }
}

void connection(Lines& lines, const ConnectionAccount& c, double end, std::size_t columns) {
  lines.add("");
  lines.add(fmt::format("{} to {}{}", c.client, c.server, c.opened ? "" : " (without keys)"));
  direction(lines, "from the server", c.down, end, columns);
  for (const PlayAccount& p : c.plays) {
    if (!measured(p.measures, "framesShown")) continue;
    const auto of = [&](std::string_view metric) { return value_of(p.measures, metric); };
    lines.add(fmt::format("  {}: {:.0f} pictures, {:.0f} not in time, {:.0f} freezes ({:.1f} s), {} switches",
                          p.title, of("framesShown"), of("framesLost"), of("freezeCount"),
                          of("totalFreezesDuration"), p.switches.size()));
  }
  for (const Finding& f : c.findings) lines.add("  ! " + f.what);
}

}  // namespace

std::string dashboard(const Account& account, std::uint64_t dropped, std::size_t rows, std::size_t columns) {
  const auto of = [&](std::string_view metric) { return value_of(account.measures, metric); };
  Lines lines(rows, columns);
  const double end = of("duration");
  lines.add(fmt::format("{}: {:.0f} s, {:.0f} packets, {:.1f} MB{}. Ctrl-C ends it with a report.",
                        account.file, end, of("packets"), of("bytes") / 1e6,
                        dropped > 0 ? fmt::format(", {} NOT CAPTURED", dropped) : std::string()));
  std::vector<const ConnectionAccount*> busiest;
  for (const ConnectionAccount& c : account.connections) busiest.push_back(&c);
  std::ranges::stable_sort(busiest, std::greater{},
                           [](const ConnectionAccount* c) { return value_of(c->down.measures, "bytes"); });
  for (const ConnectionAccount* c : busiest) {
    constexpr std::size_t least_lines = 6;
    if (lines.room_for(least_lines)) connection(lines, *c, end, columns);
  }
  if (busiest.empty())
    lines.add("No Avocet connection yet. Those that began before are known by port 4747, or by --port.");
  if (!account.flows.empty() && lines.room_for(2)) {
    lines.add("");
    const FlowAccount& f = account.flows[0];
    lines.add(fmt::format("other traffic: {} flows; most {} between {}: {:.2f} MB", account.flow_count,
                          f.name, f.between, value_of(f.measures, "bytes") / 1e6));
  }
  for (const Finding& f : account.findings) lines.add("! " + f.what);
  return lines.text();
}

}  // namespace avocet::analysis
