#include "sim/campaign/results.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <fstream>
#include <limits>

namespace avocet::sim {
namespace {

using nlohmann::json;
using nlohmann::ordered_json;

constexpr double never = std::numeric_limits<double>::infinity();

json number(double value) { return std::isfinite(value) ? json(value) : json(nullptr); }
double number(const json& value) { return value.is_number() ? value.get<double>() : never; }

std::string quoted(const std::string& text) {
  if (text.find_first_of(",\"\n") == std::string::npos) return text;
  std::string out(1, '"');
  for (const char c : text) {
    if (c == '"') out += c;
    out += c;
  }
  out += '"';
  return out;
}

Point point_of(const json& flow) {
  Point point{flow.at("scenario").get<std::string>(), {}};
  for (const auto& setting : flow.at("settings")) {
    point.settings.emplace_back(setting.at(0).get<std::string>(), setting.at(1).get<std::string>());
  }
  return point;
}

}  // namespace

double Spread::at(double share) const {
  if (values.empty()) return std::numeric_limits<double>::quiet_NaN();
  std::vector<double> sorted;
  for (const auto& [seed, value] : values) sorted.push_back(value);
  std::ranges::sort(sorted);
  const double rank = share * static_cast<double>(sorted.size() - 1);
  const auto below = static_cast<std::size_t>(rank);
  const double rest = rank - static_cast<double>(below);
  if (rest == 0 || below + 1 == sorted.size()) return sorted[below];
  return std::isinf(sorted[below + 1]) ? never : sorted[below] + rest * (sorted[below + 1] - sorted[below]);
}

FlowResults& Results::of(const Point& point, const std::string& flow) {
  const auto found =
      std::ranges::find_if(flows_, [&](const FlowResults& f) { return f.flow == flow && f.point == point; });
  if (found != flows_.end()) return *found;
  return flows_.emplace_back(FlowResults{point, flow, {}});
}

const FlowResults* Results::find(const Point& point, const std::string& flow) const {
  const auto found =
      std::ranges::find_if(flows_, [&](const FlowResults& f) { return f.flow == flow && f.point == point; });
  return found == flows_.end() ? nullptr : &*found;
}

void Results::flatten(FlowResults& flow, std::uint64_t seed, const std::string& name, const json& value) {
  if (value.is_object()) {
    for (const auto& [key, inner] : value.items()) {
      flatten(flow, seed, name.empty() ? key : name + "." + key, inner);
    }
  } else if (value.is_array()) {
    for (std::size_t i = 0; i < value.size(); ++i)
      flatten(flow, seed, fmt::format("{}.{}", name, i), value[i]);
  } else if (value.is_number() || value.is_null()) {
    flow.figures[name].values[seed] = number(value);
  }
}

bool Results::add(const Point& point, std::uint64_t seed, const json& summary) {
  if (!summary.is_object() || !summary.contains("flows") || !summary.contains("hash")) return false;
  for (const char* kind : {"flows", "otherFlows"}) {
    if (!summary.contains(kind)) continue;
    for (const json& flow : summary[kind]) flatten(of(point, flow.value("name", "")), seed, "", flow);
  }
  FlowResults& all = of(point, "all");
  const bool several = summary["flows"].size() > 1;
  for (const char* name : {"fairness", "speed"}) {
    const bool says_something = name != std::string_view("fairness") || several;
    if (says_something && summary.contains(name)) flatten(all, seed, name, summary[name]);
  }
  return true;
}

ordered_json Results::to_json() const {
  ordered_json flows = ordered_json::array();
  for (const FlowResults& flow : flows_) {
    ordered_json figures = ordered_json::object();
    for (const auto& [name, spread] : flow.figures) {
      json values = json::object();
      for (const auto& [seed, value] : spread.values) values[std::to_string(seed)] = number(value);
      figures[name] = {{"median", number(spread.median())},
                       {"p5", number(spread.p5())},
                       {"p95", number(spread.p95())},
                       {"values", std::move(values)}};
    }
    flows.push_back({{"scenario", flow.point.scenario},
                     {"settings", flow.point.settings},
                     {"flow", flow.flow},
                     {"figures", std::move(figures)}});
  }
  return {{"flows", std::move(flows)}};
}

std::expected<Results, std::string> Results::read(const std::filesystem::path& folder) {
  const auto path = folder / "sweep.json";
  std::ifstream in(path);
  if (!in) return std::unexpected(path.string() + " cannot be read: is that folder from `avocet-sim sweep`?");
  Results results;
  try {
    const json file = json::parse(in);
    for (const json& flow : file.at("flows")) {
      FlowResults& into = results.of(point_of(flow), flow.at("flow").get<std::string>());
      for (const auto& [name, figure] : flow.at("figures").items()) {
        for (const auto& [seed, value] : figure.at("values").items()) {
          into.figures[name].values[std::stoull(seed)] = number(value);
        }
      }
    }
  } catch (const std::exception& error) {
    return std::unexpected(path.string() + " is damaged: " + error.what());
  }
  return results;
}

std::string Results::to_csv() const {
  std::string csv = "scenario,settings,flow,figure,runs,median,p5,p95\n";
  for (const FlowResults& flow : flows_) {
    for (const auto& [name, spread] : flow.figures) {
      csv += fmt::format("{},{},{},{},{},{},{},{}\n", quoted(flow.point.scenario),
                         quoted(flow.point.settings_text()), quoted(flow.flow), name, spread.values.size(),
                         spread.median(), spread.p5(), spread.p95());
    }
  }
  return csv;
}

}  // namespace avocet::sim
