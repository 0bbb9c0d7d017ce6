#include "analysis/output/account_text.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>

#include "analysis/output/folded_text.hpp"

namespace avocet::analysis {
namespace {

constexpr std::size_t most_shown = 20;

double highest(const std::vector<double>& values) {
  double out = 0;
  for (const double v : values) {
    if (std::isfinite(v)) out = std::max(out, v);
  }
  return out;
}

/// What is written, and how wide it may be.
struct Page {
  std::string text;
  std::size_t width;

  void operator+=(std::string_view more) { text += more; }
};

void graph(Page& out, std::string_view name, const std::vector<double>& values, std::string_view most) {
  constexpr std::size_t widest = 60, narrowest = 10, beside = 40;  // name and highest value
  const std::size_t room = std::clamp(out.width, narrowest + beside, widest + beside) - beside;
  if (highest(values) > 0)
    out += fmt::format("    {:<11} {}  up to {}\n", name, small_graph(values, room), most);
}

void journey(Page& out, const JourneyAccount& j) {
  const auto of = [&](std::string_view metric) { return value_of(j.measures, metric); };
  out += fmt::format(
      "    between the captures {:.1f} ms (p50), {:.1f} (p95), {:.1f} (p99), {:.1f} the quickest\n"
      "    lost between them {:.0f} of {:.0f} ({:.2f} %), before the first {:.0f}\n",
      of("oneWayDelayP50") * 1e3, of("oneWayDelayP95") * 1e3, of("oneWayDelayP99") * 1e3,
      of("oneWayDelayMin") * 1e3, of("packetsLostBetween"), of("packetsLostBetween") + of("packetsArrived"),
      of("lossRatioBetween") * 100, of("packetsLostBefore"));
  graph(out, "one way", j.delay, fmt::format("{:.1f} ms", highest(j.delay) * 1e3));
  graph(out, "lost", j.loss, fmt::format("{:.1f} %", highest(j.loss) * 100));
}

void direction(Page& out, std::string_view name, const DirectionAccount& d) {
  if (d.measures.empty()) return;
  const auto of = [&](std::string_view metric) { return value_of(d.measures, metric); };
  out += fmt::format("\n  {}: {:.0f} packets, {:.2f} MB, {:.2f} Mbit/s\n", name, of("packets"),
                     of("bytes") / 1e6, of("rate") / 1e6);
  out += fmt::format(
      "    {:.2f} % lost on the way to here ({:.0f} packets in {:.0f} runs), {:.0f} overtaken, {:.0f} "
      "duplicates\n",
      of("lossRatio") * 100, of("packetsLost"), of("lossRuns"), of("packetsReordered"),
      of("packetsDuplicated"));
  if (of("packetsLostBeyond") + of("packetsNotCaptured") > 0) {
    out += fmt::format(
        "    {:.2f} % lost on the whole way ({:.0f} packets): {:.0f} behind here; {:.0f} were missed by the "
        "capture only\n",
        of("pathLossRatio") * 100, of("pathLost"), of("packetsLostBeyond"), of("packetsNotCaptured"));
  }
  constexpr double beside = 1e-3;  // the receiver is where the capture was made: nothing to see
  const bool far = of("roundTripP50") > beside;
  if (far) {
    out += fmt::format(
        "    from here and back {:.1f} ms (p50), {:.1f} (p95), {:.1f} (p99); in queues {:.1f} ms (p50), "
        "{:.1f} (p95)\n",
        of("roundTripP50") * 1e3, of("roundTripP95") * 1e3, of("roundTripP99") * 1e3,
        of("queueDelayP50") * 1e3, of("queueDelayP95") * 1e3);
  } else if (of("spinRoundTripP50") > 0) {
    out += fmt::format("    round trip by the spin bit {:.1f} ms (p50), {:.1f} ms at least\n",
                       of("spinRoundTripP50") * 1e3, of("spinRoundTripMin") * 1e3);
  }
  graph(out, "rate", d.series.rate, fmt::format("{:.2f} Mbit/s", highest(d.series.rate) / 1e6));
  graph(out, "loss", d.series.loss, fmt::format("{:.1f} %", highest(d.series.loss) * 100));
  if (far)
    graph(out, "round trip", d.series.round_trip,
          fmt::format("{:.1f} ms", highest(d.series.round_trip) * 1e3));
  if (far) graph(out, "queue", d.series.queue, fmt::format("{:.1f} ms", highest(d.series.queue) * 1e3));
  if (d.journey) journey(out, *d.journey);
  for (const TrackAccount& t : d.tracks) {
    const auto in = [&](std::string_view metric) { return value_of(t.measures, metric); };
    out += fmt::format("    {}: {:.0f} frames, {:.1f} /s, {:.2f} Mbit/s, {:.0f} repaired, repair {:.1f} %\n",
                       t.name, in("framesReceived"), in("frameRate"), in("bitrate") / 1e6,
                       in("framesRepaired"), in("repairOverhead") * 100);
  }
}

/// What its viewer saw.
void shown(Page& out, const PlayAccount& p) {
  const auto of = [&](std::string_view metric) { return value_of(p.measures, metric); };
  if (const double missing = of("framesNotHeld"); missing > 0) {
    out += fmt::format(
        " {:.0f} of its frames were more than is kept of each among so many connections: what its viewer saw "
        "is not known. A capture of this connection alone tells it\n",
        missing);
    return;
  }
  out += fmt::format(
      " {:.0f} pictures shown, {:.0f} not in time, {:.0f} not decodable, {:.0f} freezes ({:.1f} s)\n",
      of("framesShown"), of("framesLost"), of("framesDropped"), of("freezeCount"),
      of("totalFreezesDuration"));
  out += fmt::format("    first picture after {:.2f} s, {:.2f} Mbit/s shown, {:.2f} s buffered",
                     of("timeToFirstFrame"), of("goodput") / 1e6, of("buffered"));
  if (measured(p.measures, "pictureBehindSound")) {
    const double behind = of("pictureBehindSound");
    out += fmt::format(", picture {:.0f} ms {} sound", std::abs(behind) * 1e3,
                       behind < 0 ? "ahead of" : "behind");
  }
  out += "\n";
}

void play(Page& out, const PlayAccount& p) {
  out += fmt::format("\n  {} ({}):", p.title.empty() ? "play" : p.title, p.live ? "live" : "stored");
  shown(out, p);
  for (std::size_t i = 0; i < std::min(p.switches.size(), most_shown); ++i) {
    const PlayView::Switch& s = p.switches[i];
    out += fmt::format("    {:8.1f} s  {} to {}: {}\n", to_seconds(s.at.time_since_epoch()), s.from, s.to,
                       s.reason);
  }
}

void findings(Page& out, const std::vector<Finding>& all) {
  constexpr std::array<std::string_view, 3> marks{"note", "warning", "SEVERE"};
  for (const Finding& f : all) {
    constexpr std::size_t indent = 10;
    const auto mark = marks[static_cast<std::size_t>(f.weight)];
    out += '\n' + folded(fmt::format("  {:<7} {}", mark, f.what), out.width, indent);
    for (const std::string& text : {f.evidence + '.', f.advice})
      out += folded(std::string(indent, ' ') + text, out.width, indent);
  }
}

void connection(Page& out, const ConnectionAccount& c) {
  out += fmt::format("\n{} to {}{}\n", c.client, c.server, c.opened ? "" : " (without keys)");
  const double handshake = value_of(c.measures, "handshakeTime");
  if (handshake > 0) out += fmt::format("  handshake {:.1f} ms\n", handshake * 1e3);
  direction(out, "from the server", c.down);
  direction(out, "from the client", c.up);
  for (const PlayAccount& p : c.plays) play(out, p);
  if (!c.end.empty()) out += fmt::format("\n  {}\n", c.end);
  findings(out, c.findings);
}

}  // namespace

std::string small_graph(const std::vector<double>& values, std::size_t width) {
  static constexpr std::array<std::string_view, 8> bars{"▁", "▂", "▃", "▄", "▅", "▆", "▇", "█"};
  const double most = highest(values);
  const std::size_t columns = std::min(width, values.size());
  std::string out;
  for (std::size_t c = 0; c < columns; ++c) {
    double here = -1;  // the highest of those that share a column, so that no peak disappears
    for (std::size_t i = c * values.size() / columns; i < (c + 1) * values.size() / columns; ++i) {
      if (std::isfinite(values[i])) here = std::max(here, values[i]);
    }
    if (here < 0 || most <= 0) {
      out += ' ';
    } else {
      out += bars[std::min<std::size_t>(7, static_cast<std::size_t>(here / most * 8))];
    }
  }
  return out;
}

std::string to_text(const Account& account, std::size_t width) {
  const auto of = [&](std::string_view metric) { return value_of(account.measures, metric); };
  Page out{.text = fmt::format("{}: {:.0f} packets, {:.2f} MB in {:.1f} s\n", account.file, of("packets"),
                               of("bytes") / 1e6, of("duration")),
           .width = width};
  if (!account.trouble.empty()) out += fmt::format("PARTIAL: {}\n", account.trouble);
  if (const auto& b = account.between) {
    out += fmt::format(
        "beside {}, which is nearer to the server: its clock is {:.3f} ms {} and runs {:.1f} ppm {}\n",
        b->server_file, std::abs(value_of(b->measures, "clockOffset")) * 1e3,
        value_of(b->measures, "clockOffset") > 0 ? "behind" : "ahead",
        std::abs(value_of(b->measures, "clockSkew")),
        value_of(b->measures, "clockSkew") > 0 ? "slower" : "faster");
    if (!b->trouble.empty()) out += fmt::format("PARTIAL: {}\n", b->trouble);
  }
  if (account.connections.empty()) {
    out +=
        "\nNo Avocet connection was found. In the middle of one they are known by port 4747, by --port, or "
        "by the key log.\n";
  }
  for (std::size_t i = 0; i < std::min(account.connections.size(), most_shown); ++i)
    connection(out, account.connections[i]);
  if (account.connections.size() > most_shown) {
    out += fmt::format("\n... and {} more connections; --json has all\n",
                       account.connections.size() - most_shown);
  }
  if (account.flow_count > 0) {
    out += fmt::format("\nother traffic: {} flows\n", account.flow_count);
    for (std::size_t i = 0; i < std::min<std::size_t>(account.flows.size(), 5); ++i) {
      const FlowAccount& f = account.flows[i];
      out += fmt::format("  {:<10} {}: {:.2f} MB, {:.2f} Mbit/s\n", f.name, f.between,
                         value_of(f.measures, "bytes") / 1e6, value_of(f.measures, "rate") / 1e6);
    }
  }
  findings(out, account.findings);
  return folded_lines(out.text, width);
}

}  // namespace avocet::analysis
