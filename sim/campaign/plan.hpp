#pragma once

#include <cstdint>
#include <expected>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace avocet::sim {

/// One setting and the values that it takes in turn, from `loss=0,1%,5%`.
struct Axis {
  std::string key;
  std::vector<std::string> values;
};
/// The message says what was expected.
std::expected<Axis, std::string> parse_axis(std::string_view);

/// `1..20`, `3`, `1,2,7`, or a mixture; ascending and without repetition.
std::expected<std::vector<std::uint64_t>, std::string> parse_seeds(std::string_view);

/// A scenario with its settings: all runs that differ in the seed only.
struct Point {
  std::string scenario;
  std::vector<std::pair<std::string, std::string>> settings;

  /// "loss=1%,scale=10"; empty without settings.
  std::string settings_text() const;
  /// A relative folder for its runs: "rfc8867-5.1/loss=1%".
  std::string folder() const;
  bool operator==(const Point&) const = default;
};
/// Each scenario with each combination of the values, the last axis changing fastest.
std::vector<Point> points_of(const std::vector<std::string>& scenarios, const std::vector<Axis>&);

/// As a shell takes it for one word.
std::string shell_word(std::string_view);

}  // namespace avocet::sim
