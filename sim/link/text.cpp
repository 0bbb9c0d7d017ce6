#include "sim/link/text.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <optional>
#include <span>
#include <utility>

namespace avocet::link {

namespace {

struct Unit {
  std::string_view name;
  double factor;
};

std::unexpected<std::string> wrong(std::string_view text, std::string_view expected) {
  std::string message = "'";
  message.append(text).append("': expected ").append(expected);
  return std::unexpected(std::move(message));
}

/// A plain decimal number, without sign, exponent or words, followed by one of `units`.
std::optional<double> parse_quantity(std::string_view text, std::span<const Unit> units) {
  const std::size_t digits = std::min(text.find_first_not_of("0123456789."), text.size());
  if (digits == 0 || text.front() == '.' || text[digits - 1] == '.') return std::nullopt;
  double number = 0;
  const auto [end, error] =
      std::from_chars(text.data(), text.data() + digits, number, std::chars_format::fixed);
  if (error != std::errc{} || end != text.data() + digits) return std::nullopt;
  for (const Unit& unit : units) {
    if (text.substr(digits) == unit.name) return number * unit.factor;
  }
  return std::nullopt;
}

std::vector<std::string_view> split(std::string_view text, char separator) {
  std::vector<std::string_view> parts;
  for (;;) {
    const std::size_t at = text.find(separator);
    parts.push_back(text.substr(0, at));
    if (at == std::string_view::npos) return parts;
    text.remove_prefix(at + 1);
  }
}

/// Both halves around the first `separator`; the second is empty when there is none.
std::pair<std::string_view, std::optional<std::string_view>> halves(std::string_view text, char separator) {
  const std::size_t at = text.find(separator);
  if (at == std::string_view::npos) return {text, std::nullopt};
  return {text.substr(0, at), text.substr(at + 1)};
}

/// `VALUE`, or `VALUE@TIME,...`, each value as `parse` takes it. `example` is for a person.
template <class Step, class Value>
Parsed<std::vector<Step>> parse_steps(std::string_view text, Parsed<Value> (*parse)(std::string_view),
                                      std::string_view example) {
  std::vector<Step> steps;
  for (const std::string_view part : split(text, ',')) {
    const auto [value_text, time_text] = halves(part, '@');
    const auto value = parse(value_text);
    if (!value) return std::unexpected(value.error());
    const auto at = time_text ? parse_duration(*time_text) : Parsed<Duration>(Duration::zero());
    if (!at) return std::unexpected(at.error());
    if (steps.empty() && *at != Duration::zero())
      return wrong(part, "the first step at 0s, for example " + std::string(example));
    if (!steps.empty() && *at <= steps.back().at)
      return wrong(part, "a time after the previous step, for example " + std::string(example));
    steps.push_back({*at, *value});
  }
  return steps;
}

Parsed<Loss> parse_gilbert_elliott(std::string_view text) {
  Loss loss{.to_bad = 0, .to_good = 0, .in_good = 0, .in_bad = 1};
  const std::array fields{&Loss::to_bad, &Loss::to_good, &Loss::in_bad, &Loss::in_good};
  const auto parts = split(text.substr(3), ':');
  if (parts.size() < 2 || parts.size() > fields.size()) {
    return wrong(text, "ge:TO_BAD:TO_GOOD[:LOSS_IN_BAD[:LOSS_IN_GOOD]], for example ge:2%:80%");
  }
  for (std::size_t i = 0; i < parts.size(); ++i) {
    const auto probability = parse_percentage(parts[i]);
    if (!probability) return std::unexpected(probability.error());
    loss.*fields[i] = *probability;
  }
  if (loss.to_bad > 0 && loss.to_good == 0) {
    return wrong(text, "a TO_GOOD above 0%, else the link would never leave the bad state");
  }
  return loss;
}

}  // namespace

Parsed<Duration> parse_duration(std::string_view text) {
  static constexpr std::array units{Unit{"us", 1e-6}, Unit{"ms", 1e-3}, Unit{"s", 1.0}};
  const auto seconds = parse_quantity(text, units);
  if (!seconds || *seconds > 3.6e6) return wrong(text, "a time with its unit, such as 25ms, 1.5s or 300us");
  return Duration(static_cast<std::int64_t>(*seconds * 1e9 + 0.5));
}

Parsed<double> parse_percentage(std::string_view text) {
  if (text == "0") return 0;  // nothing is nothing in any unit
  static constexpr std::array units{Unit{"%", 1.0}};
  const auto percent = parse_quantity(text, units);
  if (!percent || *percent > 100) return wrong(text, "a percentage from 0% to 100%, such as 2% or 0.5%");
  return *percent / 100;
}

Parsed<DataRate> parse_rate(std::string_view text) {
  static constexpr std::array units{Unit{"bit", 1.0}, Unit{"kbit", 1e3}, Unit{"mbit", 1e6},
                                    Unit{"gbit", 1e9}};
  const auto rate = parse_quantity(text, units);
  if (!rate || *rate > 1e12)
    return wrong(text, "bits per second with their unit, such as 800kbit, 8mbit or 1gbit");
  return DataRate::bps(static_cast<std::int64_t>(*rate + 0.5));
}

Parsed<std::size_t> parse_size(std::string_view text) {
  static constexpr std::array units{Unit{"B", 1.0}, Unit{"kB", 1e3}, Unit{"MB", 1e6}, Unit{"GB", 1e9}};
  const auto size = parse_quantity(text, units);
  if (!size || *size > 1e12) return wrong(text, "bytes with their unit, such as 1400B, 30kB or 2MB");
  return static_cast<std::size_t>(*size + 0.5);
}

Parsed<std::vector<RateStep>> parse_rate_steps(std::string_view text) {
  return parse_steps<RateStep>(text, parse_rate, "8mbit@0s,1mbit@10s");
}

Parsed<Loss> parse_loss(std::string_view text) {
  if (text.starts_with("ge:")) return parse_gilbert_elliott(text);
  const auto probability = parse_percentage(text);
  if (!probability) return wrong(text, "a percentage such as 2%, or ge:TO_BAD:TO_GOOD such as ge:2%:80%");
  return Loss::bernoulli(*probability);
}

Parsed<std::vector<LossStep>> parse_loss_steps(std::string_view text) {
  return parse_steps<LossStep>(text, parse_loss, "0%@0s,3%@20s");
}

Parsed<Reorder> parse_reorder(std::string_view text) {
  const auto [probability_text, time_text] = halves(text, ':');
  const auto probability = parse_percentage(probability_text);
  if (!probability) return std::unexpected(probability.error());
  Reorder reorder{.probability = *probability};
  if (time_text) {
    const auto by = parse_duration(*time_text);
    if (!by) return std::unexpected(by.error());
    reorder.by = *by;
  }
  return reorder;
}

Parsed<std::vector<Blackhole>> parse_blackholes(std::string_view text) {
  std::vector<Blackhole> windows;
  for (const std::string_view part : split(text, ',')) {
    const auto [from_text, until_text] = halves(part, '-');
    if (!until_text) return wrong(part, "FROM-UNTIL, such as 5s-7s");
    const auto from = parse_duration(from_text);
    if (!from) return std::unexpected(from.error());
    const auto until = parse_duration(*until_text);
    if (!until) return std::unexpected(until.error());
    if (*until <= *from) return wrong(part, "an end after its beginning, such as 5s-7s");
    if (!windows.empty() && *from < windows.back().until) {
      return wrong(part, "a window after the previous one, such as 5s-7s,20s-21s");
    }
    windows.push_back({*from, *until});
  }
  return windows;
}

Parsed<std::vector<Duration>> parse_times(std::string_view text) {
  std::vector<Duration> times;
  for (const std::string_view part : split(text, ',')) {
    const auto time = parse_duration(part);
    if (!time) return std::unexpected(time.error());
    if (!times.empty() && *time <= times.back()) return wrong(part, "a later time than the one before it");
    times.push_back(*time);
  }
  return times;
}

}  // namespace avocet::link
