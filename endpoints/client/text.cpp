#include "endpoints/client/text.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <optional>

namespace avocet::client {
namespace {

constexpr double longest_seconds = 1000 * 3600.0;

std::optional<double> parse_number(std::string_view text) {
  double value = 0;
  const auto [end, error] =
      std::from_chars(text.data(), text.data() + text.size(), value, std::chars_format::fixed);
  if (error != std::errc() || end != text.data() + text.size() || value < 0) return std::nullopt;
  return value;
}

/// `1:30` and `1:02:03.5`, or just seconds.
std::optional<double> parse_clock(std::string_view text) {
  double seconds = 0;
  for (int parts = 0; parts < 3; ++parts) {
    const std::size_t colon = text.find(':');
    const auto part = parse_number(text.substr(0, colon));
    if (!part) return std::nullopt;
    seconds = seconds * 60 + *part;
    if (colon == std::string_view::npos) return seconds;
    text.remove_prefix(colon + 1);
  }
  return std::nullopt;
}

std::optional<double> parse_seconds(std::string_view text) {
  struct Unit {
    std::string_view name;
    double seconds;
  };
  // "ms" before "s": the first that fits counts.
  static constexpr std::array<Unit, 5> units{Unit{"us", 1e-6}, Unit{"ms", 1e-3}, Unit{"min", 60},
                                             Unit{"h", 3600}, Unit{"s", 1}};
  for (const Unit& unit : units) {
    if (!text.ends_with(unit.name)) continue;
    const auto number = parse_number(text.substr(0, text.size() - unit.name.size()));
    return number ? std::optional(*number * unit.seconds) : std::nullopt;
  }
  return parse_clock(text);
}

}  // namespace

std::expected<Duration, std::string> parse_duration(std::string_view text) {
  const auto seconds = parse_seconds(text);
  if (seconds && *seconds <= longest_seconds) return seconds_of(*seconds);
  return std::unexpected(fmt::format("'{}': expected a time such as 150ms, 1.5s or 1:30", text));
}

std::string clock_text(Duration d) {
  const auto s = std::chrono::duration_cast<std::chrono::seconds>(std::max(d, Duration::zero())).count();
  return s >= 3600 ? fmt::format("{}:{:02}:{:02}", s / 3600, s / 60 % 60, s % 60)
                   : fmt::format("{}:{:02}", s / 60, s % 60);
}

std::string rate_text(double bits_per_second) {
  return bits_per_second < 999'500 ? fmt::format("{:.0f} kbit/s", bits_per_second / 1e3)
                                   : fmt::format("{:.1f} Mbit/s", bits_per_second / 1e6);
}

std::string printable(std::string_view text) {
  std::string out(text);
  for (std::size_t i = 0; i < out.size(); ++i) {
    const auto byte = static_cast<unsigned char>(out[i]);
    // In UTF-8, U+0080 to U+009F (the 8-bit control characters) are 0xC2 and 0x80 to 0x9F.
    const bool c1 = byte == 0xc2 && i + 1 < out.size() && static_cast<unsigned char>(out[i + 1]) < 0xa0;
    if (c1) out[i] = out[i + 1] = '?';
    if (byte < 0x20 || byte == 0x7f) out[i] = '?';
  }
  return out;
}

}  // namespace avocet::client
