#pragma once

#include <toml++/toml.h>
#include <expected>
#include <filesystem>
#include <functional>
#include <map>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "sim/link/text.hpp"

namespace avocet::sim {

/// What --set and the file's own [settings] say, by name, as typed.
using Settings = std::map<std::string, std::string, std::less<>>;

/// Where reading a scenario found it wrong, for a person: "file:line: what, and what was expected".
struct ScenarioError {
  std::string message;
};

/// One table of a scenario file, read strictly: a key that nobody asked for is an error, and so is a value of
/// another kind than wanted. A string "$name" stands for the setting of that name. The first error is kept;
/// after it every value is its default.
class TomlSection {
 public:
  TomlSection(const toml::table& table, std::string file, std::string name, const Settings& settings,
              std::vector<ScenarioError>& errors)
      : table_(table), file_(std::move(file)), name_(std::move(name)), settings_(settings), errors_(errors) {}

  bool has(std::string_view key) const { return table_.contains(key); }
  std::string text(std::string_view key, std::string fallback);
  std::string required_text(std::string_view key);
  bool yes(std::string_view key, bool fallback);
  double number(std::string_view key, double fallback, double least, double most);
  /// A value with a unit, by one of the parsers of link/text.hpp.
  template <class T>
  T parsed(std::string_view key, T fallback, link::Parsed<T> (*parse)(std::string_view)) {
    const auto typed = value(key);
    if (!typed) return fallback;
    auto result = parse(*typed);
    if (!result) return complain(key, result.error()), fallback;
    return std::move(*result);
  }
  std::vector<std::string> words(std::string_view key);
  std::vector<std::uint64_t> numbers(std::string_view key);

  /// Another file that a key names: in `folder`, or else as a path as it stands. `take` says what is wrong
  /// with its text, or nothing.
  void file(std::string_view key, const std::filesystem::path& folder,
            const std::function<std::string(const std::string&)>& take);

  /// Sub-tables: one, and each of an array.
  void inside(std::string_view key, const std::function<void(TomlSection&)>& read);
  void each(std::string_view key, const std::function<void(TomlSection&)>& read);

  /// All keys are welcome: somebody else has read them.
  void accept_all();

  /// An error about a key of this table, or about the table when it lacks the key.
  void complain(std::string_view key, std::string_view problem);
  /// Complains about the keys that nobody asked for. To be called last.
  void finish();

 private:
  const toml::node* look(std::string_view key);
  std::optional<std::string> value(std::string_view key);
  std::optional<std::string> resolve(std::string_view key, const toml::node&);

  const toml::table& table_;
  std::string file_, name_;
  const Settings& settings_;
  std::vector<ScenarioError>& errors_;
  std::set<std::string, std::less<>> asked_;
};

}  // namespace avocet::sim
