#include "sim/experiment/path_sections.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <set>

namespace avocet::sim {
namespace {

using link::parse_duration;
using link::parse_percentage;
using link::parse_rate;

void read_discipline(TomlSection& in, Queue& queue) {
  const std::string kind = in.text("discipline", "drop-tail");
  if (kind == "drop-tail")
    queue.kind = QueueKind::drop_tail;
  else if (kind == "codel")
    queue.kind = QueueKind::codel;
  else if (kind == "fq-codel")
    queue.kind = QueueKind::fq_codel;
  else if (kind == "pie")
    queue.kind = QueueKind::pie;
  else
    in.complain("discipline", fmt::format("is '{}'; known are drop-tail, codel, fq-codel and pie", kind));
  queue.ecn = in.yes("ecn", queue.ecn);
  queue.l4s_above = in.parsed("l4s_above", queue.l4s_above, parse_duration);
  const bool knows_l4s = queue.kind == QueueKind::codel || queue.kind == QueueKind::fq_codel;
  if (queue.l4s_above > Duration{} && (!knows_l4s || !queue.ecn)) {
    in.complain("l4s_above", "needs discipline = \"codel\" or \"fq-codel\", and ecn = true");
  }
}

/// In mahimahi's format.
void read_trace(TomlSection& in, const std::filesystem::path& folder, Direction& d) {
  in.file("trace", folder, [&](const std::string& text) {
    auto trace = link::Trace::parse(text);
    if (trace) d.trace = std::move(*trace);
    return trace ? std::string() : trace.error();
  });
}

void read_cellular(TomlSection& in, Direction& d) {
  const std::string like = in.required_text("like");
  if (like != "lte" && like != "umts")
    in.complain("like", fmt::format("is '{}'; known are lte and umts", like));
  d.cellular = like == "umts" ? link::Cellular::umts() : link::Cellular::lte();
  d.cellular->mean = in.parsed("mean", d.cellular->mean, parse_rate);
  d.cellular_length = in.parsed("length", d.cellular_length, parse_duration);
}

/// One of three ways to say what a link carries; the last one said holds.
void read_capacity(TomlSection& in, const std::filesystem::path& folder, Direction& d) {
  const int said = in.has("rate") + in.has("trace") + in.has("cellular");
  if (said == 0) return;
  if (said > 1) in.complain(in.has("trace") ? "trace" : "cellular", "and another capacity for the same link");
  d.path.rate.clear(), d.trace.reset(), d.cellular.reset();
  d.path.rate = in.parsed("rate", d.path.rate, link::parse_rate_steps);
  if (in.has("trace")) read_trace(in, folder, d);
  in.inside("cellular", [&](TomlSection& one) { read_cellular(one, d); });
}

void read_police(TomlSection& in, Direction& d) {
  d.police = Direction::Police();
  d.police->rate = in.parsed("rate", d.police->rate, parse_rate);
  d.police->burst = in.parsed("burst", d.police->burst, link::parse_size);
  if (d.police->rate == DataRate()) in.complain("rate", "is missing, or nothing");
}

void read_ecn_path(TomlSection& in, link::LinkConfig& path) {
  if (!in.has("ecn_path")) return;
  const std::string typed = in.text("ecn_path", {});
  path.ecn = typed == "cleared" ? link::EcnPath::cleared : link::EcnPath::kept;
  if (typed != "cleared" && typed != "kept") {
    in.complain("ecn_path", fmt::format("is '{}'; known are kept and cleared", typed));
  }
}

/// Keys that a link has for both directions, and `forward` and `back` for one.
void read_direction(TomlSection& in, const std::filesystem::path& folder, Direction& d) {
  link::LinkConfig& path = d.path;
  path.delay = in.parsed("delay", path.delay, parse_duration);
  path.jitter = in.parsed("jitter", path.jitter, parse_duration);
  read_capacity(in, folder, d);
  path.queue = in.parsed("queue", path.queue, parse_duration);
  path.mark_above = in.parsed("mark_above", path.mark_above, parse_duration);
  if (in.has("loss")) {
    path.later_loss = in.parsed("loss", {{Duration::zero(), path.loss}}, link::parse_loss_steps);
    path.loss = path.later_loss.front().loss;
    path.later_loss.erase(path.later_loss.begin());
  }
  path.corrupt = in.parsed("corrupt", path.corrupt, parse_percentage);
  path.duplicate = in.parsed("duplicate", path.duplicate, parse_percentage);
  path.reorder = in.parsed("reorder", path.reorder, link::parse_reorder);
  path.blackholes = in.parsed("blackholes", path.blackholes, link::parse_blackholes);
  if (in.has("drop")) path.drop_list = in.numbers("drop");
  std::ranges::sort(path.drop_list);
  path.longest_burst = static_cast<std::uint32_t>(in.number("longest_burst", path.longest_burst, 0, 1e6));
  path.largest = in.parsed("mtu", path.largest, link::parse_size);
  in.inside("police", [&](TomlSection& one) { read_police(one, d); });
  read_ecn_path(in, path);
  if (in.has("discipline") || in.has("ecn") || in.has("l4s_above")) read_discipline(in, d.queue);
}

/// `5m`.
link::Parsed<double> parse_distance(std::string_view text) {
  double metres = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), metres);
  const bool good = error == std::errc() && std::string_view(end, text.data() + text.size()) == "m";
  if (good && metres > 0 && metres <= 1000) return metres;
  return std::unexpected(fmt::format("'{}': expected a distance of up to 1000m, such as 5m", text));
}

/// `1.5m/s`.
link::Parsed<double> parse_speed(std::string_view text) {
  double speed = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), speed);
  const bool good = error == std::errc() && std::string_view(end, text.data() + text.size()) == "m/s";
  if (good && speed >= 0 && speed <= 100) return speed;
  return std::unexpected(fmt::format("'{}': expected a speed of up to 100m/s, such as 1.5m/s", text));
}

}  // namespace

Link read_link(TomlSection& in, const std::filesystem::path& folder) {
  Link link;
  link.name = in.required_text("name");
  const auto ends = in.words("between");
  if (ends.size() == 2 && ends[0] != ends[1]) {
    link.from = ends[0], link.to = ends[1];
  } else {
    in.complain("between", "must name the two different nodes that the link joins");
  }
  read_direction(in, folder, link.forward);
  link.back = link.forward;
  in.inside("forward", [&](TomlSection& one) { read_direction(one, folder, link.forward); });
  in.inside("back", [&](TomlSection& one) { read_direction(one, folder, link.back); });
  return link;
}

Wifi read_wifi(TomlSection& in) {
  Wifi wifi;
  wifi.name = in.required_text("name");
  wifi.access_point = in.required_text("access_point");
  wifi.stations = in.words("stations");
  if (wifi.stations.empty()) in.complain("stations", "must name the nodes that are stations");
  wifi.mcs = static_cast<int>(in.number("mcs", wifi.mcs, 0, 15));
  wifi.radius = in.parsed("radius", wifi.radius, parse_distance);
  return wifi;
}

Lte read_lte(TomlSection& in) {
  Lte lte;
  lte.name = in.required_text("name");
  lte.gateway = in.required_text("gateway");
  lte.phones = in.words("phones");
  if (lte.phones.empty()) in.complain("phones", "must name the nodes that are phones");
  lte.resource_blocks = static_cast<int>(in.number("resource_blocks", lte.resource_blocks, 6, 100));
  if (!std::set{6, 15, 25, 50, 75, 100}.contains(lte.resource_blocks)) {
    in.complain("resource_blocks", "must be 6, 15, 25, 50, 75 or 100");
  }
  lte.distance = in.parsed("distance", lte.distance, parse_distance);
  lte.speed = in.parsed("speed", lte.speed, parse_speed);
  lte.buffer = in.parsed("buffer", lte.buffer, link::parse_size);
  return lte;
}

}  // namespace avocet::sim
