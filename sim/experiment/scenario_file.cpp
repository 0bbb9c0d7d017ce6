#include "sim/experiment/scenario_file.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cstdlib>
#include <fstream>
#include <iterator>

#include "sim/experiment/flow_sections.hpp"
#include "sim/experiment/path_sections.hpp"

namespace avocet::sim {
namespace {

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

double read_scale(const std::string& typed, std::vector<ScenarioError>& errors) {
  char* end = nullptr;
  const double scale = std::strtod(typed.c_str(), &end);
  if (*end == '\0' && scale > 0 && scale <= 1e6) return scale;
  errors.push_back({fmt::format("--set scale={}: not a number above 0", typed)});
  return 1;
}

/// Says how long the whole takes: what goes on to the end goes on to the new end, the rest is cut off there.
void set_length(Experiment& e, Duration length) {
  std::erase_if(e.flows, [&](const Flow& flow) { return flow.start >= length; });
  for (Flow& flow : e.flows) flow.stop = flow.stop == e.length ? length : std::min(flow.stop, length);
  e.length = length;
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
  experiment.length = in.parsed("length", Duration{}, link::parse_duration);
  if (experiment.length == Duration{}) in.complain("length", "is missing, or nothing");
  const auto folder = std::filesystem::path(name).parent_path();
  in.each("link", [&](TomlSection& one) { experiment.links.push_back(read_link(one, folder)); });
  in.each("wifi", [&](TomlSection& one) { experiment.wifis.push_back(read_wifi(one)); });
  in.each("lte", [&](TomlSection& one) { experiment.ltes.push_back(read_lte(one)); });
  in.each("flow", [&](TomlSection& one) {
    for (Flow& flow : read_flows(one, folder, experiment.length)) experiment.flows.push_back(std::move(flow));
  });
  in.finish();
  check_names(experiment, name, errors);

  const double scale = read_scale(settings.at("scale"), errors);
  if (const std::string& typed = settings.at("length"); !typed.empty()) {
    const auto length = link::parse_duration(typed);
    if (!length) errors.push_back({fmt::format("--set length={}: {}", typed, length.error())});
    set_length(experiment, length.value_or(experiment.length));
  }
  if (!errors.empty()) return std::unexpected(std::move(errors));
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
