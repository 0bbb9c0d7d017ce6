#include "sim/experiment/scenario_file.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <fstream>
#include <functional>
#include <iterator>
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

/// Another file that a key names: beside the scenario, or from where the program was started. `take` says
/// what is wrong with its text.
void read_file(TomlSection& in, std::string_view key, const std::filesystem::path& folder,
               const std::function<std::string(const std::string&)>& take) {
  const std::string name = in.text(key, {});
  if (name.empty()) return in.complain(key, "names no file");
  const auto beside = folder / name;
  const auto path = std::filesystem::exists(beside) ? beside : std::filesystem::path(name);
  std::ifstream file(path, std::ios::binary);
  if (!file || !std::filesystem::is_regular_file(path)) {
    return in.complain(key, fmt::format("'{}' cannot be read", beside.string()));
  }
  const std::string problem = take({std::istreambuf_iterator<char>(file), {}});
  if (!problem.empty()) in.complain(key, fmt::format("'{}', {}", path.string(), problem));
}

/// In mahimahi's format.
void read_trace(TomlSection& in, const std::filesystem::path& folder, Direction& d) {
  read_file(in, "trace", folder, [&](const std::string& text) {
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
  path.loss = in.parsed("loss", path.loss, link::parse_loss);
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

/// `5m`.
link::Parsed<double> parse_distance(std::string_view text) {
  double metres = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), metres);
  const bool good = error == std::errc() && std::string_view(end, text.data() + text.size()) == "m";
  if (good && metres > 0 && metres <= 1000) return metres;
  return std::unexpected(fmt::format("'{}': expected a distance of up to 1000m, such as 5m", text));
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

/// `1.5m/s`.
link::Parsed<double> parse_speed(std::string_view text) {
  double speed = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), speed);
  const bool good = error == std::errc() && std::string_view(end, text.data() + text.size()) == "m/s";
  if (good && speed >= 0 && speed <= 100) return speed;
  return std::unexpected(fmt::format("'{}': expected a speed of up to 100m/s, such as 1.5m/s", text));
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

void read_encoder(TomlSection& in, Encoder& e) {
  e.least = in.parsed("least", e.least, parse_rate);
  e.most = in.parsed("most", e.most, parse_rate);
  e.first = in.parsed("first", e.least, parse_rate);
  e.audio = in.parsed("audio", e.audio, parse_rate);
  e.frames_per_second = in.number("frames_per_second", e.frames_per_second, 1, 240);
  e.variation = in.parsed("variation", e.variation, parse_percentage);
  e.reaction = in.parsed("reaction", e.reaction, parse_duration);
  e.key_interval = in.parsed("key_interval", e.key_interval, parse_duration);
  e.key_size = in.number("key_size", e.key_size, 1, 100);
  e.overshoot = in.parsed("overshoot", e.overshoot, parse_percentage);
  if (e.least > e.most) in.complain("least", "is above most");
}

void read_viewer(TomlSection& in, Media& m) {
  m.latency = in.parsed("latency", m.latency, parse_duration);
  m.weight = in.number("weight", m.weight, 0.1, 10);
  m.reads_every = in.parsed("reads_every", m.reads_every, parse_duration);
  m.new_port = in.parsed("new_port", m.new_port, link::parse_times);
  m.new_address = in.parsed("new_address", m.new_address, link::parse_times);
}

void read_media(TomlSection& in, Media& m) {
  in.inside("encoder", [&](TomlSection& one) { read_encoder(one, m.encoder); });
  read_viewer(in, m);
  in.each("pause", [&](TomlSection& one) {
    Media::Pause pause;
    pause.from = one.parsed("from", Duration{}, parse_duration);
    pause.until = one.parsed("until", Duration{}, parse_duration);
    if (pause.until <= pause.from) one.complain("until", "is not later than from");
    m.pauses.push_back(pause);
  });
}

void read_tcp(TomlSection& in, Tcp& t) {
  t.variant = in.text("variant", t.variant);
  if (t.variant != "cubic" && t.variant != "bbr" && t.variant != "new-reno" && t.variant != "dctcp") {
    in.complain("variant", fmt::format("is '{}'; known are cubic, bbr, new-reno and dctcp", t.variant));
  }
  t.smallest = in.parsed("smallest", std::size_t{0}, link::parse_size);
  t.largest = in.parsed("largest", t.smallest, link::parse_size);
  t.mean_idle = in.parsed("mean_idle", t.mean_idle, parse_duration);
  if (t.smallest > t.largest) in.complain("smallest", "is above largest");
}

void read_stored(TomlSection& in, const std::filesystem::path& folder, Flow& flow) {
  Stored& stored = flow.stored;
  flow.media.latency = 150ms;
  read_viewer(in, flow.media);
  stored.buffer = in.parsed("buffer", stored.buffer, parse_duration);
  stored.rendition = in.text("rendition", {});
  stored.cap = in.text("cap", {});
  read_file(in, "frames", folder, [&](const std::string& text) {
    auto frames = FrameTrace::parse(text);
    if (!frames) return frames.error();
    stored.frames = std::make_shared<const FrameTrace>(std::move(*frames));
    return std::string();
  });
}

Flow read_flow(TomlSection& in, const std::filesystem::path& folder, Duration length) {
  Flow flow;
  flow.name = in.required_text("name");
  flow.from = in.required_text("from");
  flow.to = in.required_text("to");
  flow.delay = in.parsed("delay", flow.delay, parse_duration);
  flow.start = in.parsed("start", flow.start, parse_duration);
  flow.stop = in.parsed("stop", length, parse_duration);
  if (flow.stop <= flow.start) in.complain("stop", "is not later than start");
  const std::string kind = in.text("kind", "media");
  if (kind == "media") {
    read_media(in, flow.media);
  } else if (kind == "stored") {
    flow.kind = Flow::Kind::stored;
    read_stored(in, folder, flow);
  } else if (kind == "tcp") {
    flow.kind = Flow::Kind::tcp;
    read_tcp(in, flow.tcp);
  } else if (kind == "constant") {
    flow.kind = Flow::Kind::constant;
    flow.constant.rate = in.parsed("rate", flow.constant.rate, link::parse_rate_steps);
    flow.constant.datagram =
        static_cast<std::uint32_t>(in.parsed("datagram", std::size_t{1200}, link::parse_size));
    if (flow.constant.datagram < 16 || flow.constant.datagram > 65'000) {
      in.complain("datagram", "is not from 16B to 65000B");
    }
    if (flow.constant.rate.empty()) in.complain("rate", "is missing");
  } else {
    in.complain("kind", fmt::format("is '{}'; known are media, stored, tcp and constant", kind));
  }
  return flow;
}

/// A flow with `count` stands for as many, side by side: NAME-1, NAME-2, ...
void add_flows(Experiment& experiment, TomlSection& in, const std::filesystem::path& folder) {
  const auto count = static_cast<int>(in.number("count", 1, 1, 1000));
  const Flow flow = read_flow(in, folder, experiment.length);
  for (int i = 1; i <= count; ++i) {
    experiment.flows.push_back(flow);
    if (count > 1) experiment.flows.back().name = fmt::format("{}-{}", flow.name, i);
  }
}

void scale_rates(Experiment& e, double scale) {
  const auto steps = [&](std::vector<link::RateStep>& all) {
    for (link::RateStep& step : all) {
      if (!step.rate.is_infinite()) step.rate = step.rate * scale;
    }
  };
  for (Link& link : e.links) {
    for (Direction* d : {&link.forward, &link.back}) {
      steps(d->path.rate);
      if (d->cellular) d->cellular->mean = d->cellular->mean * scale;
      if (d->police) d->police->rate = d->police->rate * scale;
    }
  }
  for (Flow& flow : e.flows) {
    steps(flow.constant.rate);
    Encoder& encoder = flow.media.encoder;
    encoder.least = encoder.least * scale, encoder.most = encoder.most * scale;
    encoder.first = encoder.first * scale;
  }
}

/// The file's own settings under what --set says.
Settings merge(const toml::table& file, const std::string& name, const Settings& overrides,
               std::vector<ScenarioError>& errors) {
  Settings settings{{"scale", "1"}, {"length", ""}};
  if (const toml::table* own = file["settings"].as_table()) {
    for (const auto& [key, node] : *own) {
      if (const auto text = node.value<std::string>()) {
        settings[std::string(key.str())] = *text;
      } else {
        errors.push_back(
            {fmt::format("{}:{}: settings.{} is not a string", name, node.source().begin.line, key.str())});
      }
    }
  }
  for (const auto& [key, value] : overrides) {
    const auto found = settings.find(key);
    if (found != settings.end()) {
      found->second = value;
      continue;
    }
    std::string known;
    for (const auto& [setting, typed] : settings) known += (known.empty() ? "" : ", ") + setting;
    errors.push_back(
        {fmt::format("--set {}={}: {} has no setting of that name; it has {}", key, value, name, known)});
  }
  return settings;
}

void check_names(const Experiment& e, const std::string& file, std::vector<ScenarioError>& errors) {
  const auto known = [&](const std::string& node) {
    const bool on_air = std::ranges::any_of(e.wifis, [&](const Wifi& w) {
      return w.access_point == node || std::ranges::find(w.stations, node) != w.stations.end();
    });
    const bool in_cell = std::ranges::any_of(e.ltes, [&](const Lte& l) {
      return l.gateway == node || std::ranges::find(l.phones, node) != l.phones.end();
    });
    return on_air || in_cell ||
           std::ranges::any_of(e.links, [&](const Link& l) { return l.from == node || l.to == node; });
  };
  for (const Flow& flow : e.flows) {
    const bool to_phone = std::ranges::any_of(
        e.ltes, [&](const Lte& l) { return std::ranges::find(l.phones, flow.to) != l.phones.end(); });
    if (to_phone && flow.delay != Duration{}) {
      errors.push_back(
          {fmt::format("{}: flow '{}' has a delay of its own, which phones cannot have", file, flow.name)});
    }
    for (const std::string& end : {flow.from, flow.to}) {
      if (!known(end)) {
        errors.push_back(
            {fmt::format("{}: flow '{}' begins or ends at '{}', which no link joins", file, flow.name, end)});
      }
    }
  }
  if (e.links.empty()) errors.push_back({file + ": there is no [[link]]"});
  if (e.flows.empty()) errors.push_back({file + ": there is no [[flow]]"});
}

}  // namespace

std::expected<Experiment, std::vector<ScenarioError>> parse_scenario(std::string_view text,
                                                                     const std::string& name,
                                                                     const Settings& overrides) {
  std::vector<ScenarioError> errors;
  toml::table table;
  try {
    table = toml::parse(text, name);
  } catch (const toml::parse_error& error) {
    return std::unexpected(std::vector<ScenarioError>{
        {fmt::format("{}:{}: {}", name, error.source().begin.line, error.description())}});
  }
  const Settings settings = merge(table, name, overrides, errors);
  Experiment experiment;
  experiment.name = std::filesystem::path(name).stem().string();
  TomlSection in(table, name, "", settings, errors);
  in.inside("settings", [](TomlSection& own) { own.accept_all(); });
  experiment.title = in.required_text("title");
  experiment.source = in.text("source", {});
  experiment.length = in.parsed("length", Duration{}, parse_duration);
  if (experiment.length == Duration{}) in.complain("length", "is missing, or nothing");
  const auto folder = std::filesystem::path(name).parent_path();
  in.each("link", [&](TomlSection& one) { experiment.links.push_back(read_link(one, folder)); });
  in.each("wifi", [&](TomlSection& one) { experiment.wifis.push_back(read_wifi(one)); });
  in.each("lte", [&](TomlSection& one) { experiment.ltes.push_back(read_lte(one)); });
  in.each("flow", [&](TomlSection& one) { add_flows(experiment, one, folder); });
  in.finish();
  check_names(experiment, name, errors);

  double scale = 0;
  const std::string& typed = settings.at("scale");
  char* end = nullptr;
  scale = std::strtod(typed.c_str(), &end);
  if (*end != '\0' || !(scale > 0) || scale > 1e6) {
    errors.push_back({fmt::format("--set scale={}: not a number above 0", typed)});
  }
  const Duration written = experiment.length;
  if (const std::string& length = settings.at("length"); !length.empty()) {
    const auto wanted = parse_duration(length);
    if (!wanted) errors.push_back({fmt::format("--set length={}: {}", length, wanted.error())});
    experiment.length = wanted.value_or(written);
  }
  if (!errors.empty()) return std::unexpected(std::move(errors));
  std::erase_if(experiment.flows, [&](const Flow& flow) { return flow.start >= experiment.length; });
  for (Flow& flow : experiment.flows) {
    flow.stop = flow.stop == written ? experiment.length : std::min(flow.stop, experiment.length);
  }
  scale_rates(experiment, scale);
  return experiment;
}

std::expected<Experiment, std::vector<ScenarioError>> read_scenario(const std::filesystem::path& path,
                                                                    const Settings& overrides) {
  std::ifstream in(path, std::ios::binary);
  if (!in || !std::filesystem::is_regular_file(path)) {
    return std::unexpected(std::vector<ScenarioError>{{fmt::format("{}: cannot be read", path.string())}});
  }
  const std::string text{std::istreambuf_iterator<char>(in), {}};
  return parse_scenario(text, path.string(), overrides);
}

}  // namespace avocet::sim
