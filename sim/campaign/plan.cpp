#include "sim/campaign/plan.hpp"

#include <algorithm>
#include <charconv>
#include <filesystem>

namespace avocet::sim {
namespace {

constexpr std::uint64_t most_seeds = 100'000;

std::vector<std::string> split(std::string_view text, char separator) {
  std::vector<std::string> parts;
  for (;;) {
    const std::size_t at = text.find(separator);
    parts.emplace_back(text.substr(0, at));
    if (at == std::string_view::npos) return parts;
    text.remove_prefix(at + 1);
  }
}

bool read_number(std::string_view text, std::uint64_t& number) {
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  return error == std::errc() && end == text.data() + text.size();
}

}  // namespace

std::expected<Axis, std::string> parse_axis(std::string_view text) {
  const std::size_t equals = text.find('=');
  Axis axis{std::string(text.substr(0, equals)), {}};
  if (equals != std::string_view::npos) axis.values = split(text.substr(equals + 1), ',');
  if (axis.key.empty() || axis.values.empty() || std::ranges::count(axis.values, "") > 0) {
    return std::unexpected("'" + std::string(text) +
                           "': wanted is KEY=VALUE,VALUE,... such as loss=0%,1%,5%");
  }
  return axis;
}

std::expected<std::vector<std::uint64_t>, std::string> parse_seeds(std::string_view text) {
  std::vector<std::uint64_t> seeds;
  for (const std::string& part : split(text, ',')) {
    const std::size_t dots = part.find("..");
    std::uint64_t first = 0, last = 0;
    const bool good = dots == std::string::npos
                          ? read_number(part, first) && read_number(part, last)
                          : read_number(std::string_view(part).substr(0, dots), first) &&
                                read_number(std::string_view(part).substr(dots + 2), last);
    if (!good || last < first || last - first >= most_seeds) {
      return std::unexpected("'" + std::string(text) + "': wanted are seeds such as 1..20 or 1,2,7");
    }
    for (std::uint64_t seed = first; seed <= last; ++seed) seeds.push_back(seed);
  }
  std::ranges::sort(seeds);
  seeds.erase(std::ranges::unique(seeds).begin(), seeds.end());
  return seeds;
}

std::string Point::settings_text() const {
  std::string text;
  for (const auto& [key, value] : settings) text += (text.empty() ? "" : ",") + key + "=" + value;
  return text;
}

std::string Point::folder() const {
  // A scenario of one's own is a path, and a value may be one.
  const bool shipped = scenario.find('/') == std::string::npos && !scenario.ends_with(".toml");
  const std::filesystem::path file(scenario);
  std::string folder = shipped ? scenario : "own-" + file.stem().string();
  if (settings.empty()) return folder;
  std::string text = settings_text();
  std::ranges::replace(text, '/', '_');
  return folder + "/" + text;
}

std::vector<Point> points_of(const std::vector<std::string>& scenarios, const std::vector<Axis>& axes) {
  std::vector<Point> points;
  for (const std::string& scenario : scenarios) points.push_back({scenario, {}});
  for (const Axis& axis : axes) {
    std::vector<Point> more;
    for (const Point& point : points) {
      for (const std::string& value : axis.values) {
        more.push_back(point);
        more.back().settings.emplace_back(axis.key, value);
      }
    }
    points = std::move(more);
  }
  return points;
}

std::string shell_word(std::string_view text) {
  constexpr std::string_view plain =
      "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_./=%@,:+";
  if (!text.empty() && text.find_first_not_of(plain) == std::string_view::npos) return std::string(text);
  std::string out = "'";
  for (const char c : text) {
    if (c == '\'')
      out += "'\\''";
    else
      out += c;
  }
  return out + '\'';
}

}  // namespace avocet::sim
