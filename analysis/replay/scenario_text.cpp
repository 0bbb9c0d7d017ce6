#include "analysis/replay/scenario_text.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <limits>

namespace avocet::analysis {
namespace {

constexpr double least_rate = 1e3;  // bit/s

/// As a time at the rate of the moment. A queue that never overflowed gets room for more than what ever
/// waited, also when the rate is lowest.
double queue_room(const RecoveredPath& path) {
  if (path.queue > 0) return path.queue;
  double lowest = std::numeric_limits<double>::infinity();
  for (const auto& s : path.capacity) lowest = std::min(lowest, std::max(s.rate, least_rate));
  return std::clamp(1.5 * path.most_waiting / lowest, 0.3, 20.0);
}

std::string rates(const std::vector<RecoveredPath::Step>& steps) {
  std::string out;
  for (std::size_t i = 0; i < steps.size(); ++i) {
    const std::string at = fmt::format("{:.5f}s", steps[i].at);
    // The last one of an instant holds.
    if (i + 1 < steps.size() && at == fmt::format("{:.5f}s", steps[i + 1].at)) continue;
    out +=
        fmt::format("{}{:.0f}kbit@{}", out.empty() ? "" : ",", std::max(steps[i].rate, least_rate) / 1e3, at);
  }
  return out;
}

/// Losses in runs, as Gilbert's model has them: left after one of `run` packets.
std::string loss(double share, double run) {
  const bool one_by_one = share <= 0 || run < 1.3 / (1 - std::min(share, 0.9));
  if (one_by_one) return fmt::format("{:.3f}%", share * 100);
  const double out = 1 / run, in = share * out / (1 - std::min(share, 0.9));
  return fmt::format("ge:{:.4f}%:{:.3f}%", std::min(in, 1.0) * 100, out * 100);
}

std::string losses(const RecoveredPath& path) {
  if (path.losses.size() < 2) return loss(path.loss, path.loss_run);
  std::string out;
  for (const LossStep& step : path.losses) {
    const bool first = out.empty();
    out +=
        fmt::format("{}{}@{:.1f}s", first ? "" : ",", loss(step.share, path.loss_run), first ? 0 : step.at);
  }
  return out;
}

/// Of one direction of the link, as a table.
std::string direction(std::string_view which, const RecoveredPath& path, bool with_capacity) {
  std::string out = fmt::format(
      "[link.{}]\ndelay = \"{:.2f}ms\"\njitter = \"{:.2f}ms\"\nqueue = \"{:.0f}ms\"\nloss = \"{}\"\n", which,
      path.delay * 1e3, path.jitter * 1e3, queue_room(path) * 1e3, losses(path));
  if (!path.outages.empty()) {
    std::string spans;
    for (const auto& o : path.outages)
      spans += fmt::format("{}{:.3f}s-{:.3f}s", spans.empty() ? "" : ",", o.from, o.until);
    out += fmt::format("blackholes = \"{}\"\n", spans);
  }
  if (with_capacity && !path.capacity.empty()) out += fmt::format("rate = \"{}\"\n", rates(path.capacity));
  return out + "\n";
}

/// What of the capacity is known and what is a lower bound only.
std::string knowledge(const RecoveredPath& path) {
  const bool any = std::ranges::any_of(path.capacity, &RecoveredPath::Step::known);
  if (!any) return "# The flow never filled the path: its capacity is a LOWER BOUND throughout.\n";
  std::string out =
      fmt::format("# The capacity is known in {:.0f} % of the time, where packets waited for each other.\n",
                  path.known_share * 100);
  std::size_t bounds = 0;
  for (std::size_t i = 0; i < path.capacity.size(); ++i) {
    if (path.capacity[i].known) continue;
    constexpr std::size_t most = 20;
    if (++bounds > most) continue;
    const std::string until =
        i + 1 < path.capacity.size() ? fmt::format("{:.1f} s", path.capacity[i + 1].at) : "the end";
    out += fmt::format(
        "# LOWER BOUND from {:.1f} s to {}: nothing waited, the path may carry more than {:.2f} Mbit/s.\n",
        path.capacity[i].at, until, path.capacity[i].rate / 1e6);
  }
  return out;
}

}  // namespace

std::string scenario_text(const RecoveredSession& session, const std::string& name,
                          const std::string& command) {
  const auto& source = session.source;
  double peak = 0;
  for (const auto& s : session.down.capacity) peak = std::max(peak, s.rate);
  const double most = source.most > 0 ? source.most : std::min(peak, 1.5 * session.mean_rate);
  const double audio = source.audio > 0 ? source.audio : 20e3;
  const double latency = source.latency > 0 ? source.latency : 0.4;
  std::string out = fmt::format("# Recovered {}.\n# Made by: {}\n", session.how, command);
  out += knowledge(session.down);
  if (!source.live)
    out += "# The title was stored; it is replayed as a live source of its highest bitrate.\n";
  if (source.most <= 0)
    out += "# What the source makes at most is not known without keys; this is a guess by what came.\n";
  out += fmt::format("title = \"Recovered from {}\"\nsource = \"a capture, {}\"\nlength = \"{:.1f}s\"\n\n",
                     name, session.how, session.length + 1);
  out += "[[link]]\nname = \"path\"\nbetween = [\"server-side\", \"viewer-side\"]\n\n";
  out += direction("forward", session.down, true) + direction("back", session.up, false);
  out += fmt::format(
      "[[flow]]\nname = \"media\"\nfrom = \"server-side\"\nto = \"viewer-side\"\nstart = \"0s\"\n"
      "stop = \"{:.1f}s\"\nlatency = \"{:.0f}ms\"\n"
      "encoder = {{ least = \"{:.0f}kbit\", most = \"{:.0f}kbit\", audio = \"{:.0f}kbit\"{} }}\n",
      session.length, latency * 1e3, std::min(150.0, most / 1e3), most / 1e3, audio / 1e3,
      source.frames_per_second > 1 ? fmt::format(", frames_per_second = {:.2f}", source.frames_per_second)
                                   : "");
  return out;
}

}  // namespace avocet::analysis
