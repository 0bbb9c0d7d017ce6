#include "sim/experiment/toml_section.hpp"

#include <fmt/format.h>

#include <fstream>
#include <iterator>

namespace avocet::sim {
namespace {

std::string kind_of(const toml::node& node) {
  switch (node.type()) {
    case toml::node_type::table: return "a table";
    case toml::node_type::array: return "an array";
    case toml::node_type::string: return "a string";
    case toml::node_type::integer:
    case toml::node_type::floating_point: return "a number without a unit";
    case toml::node_type::boolean: return "a boolean";
    default: return "a date";
  }
}

}  // namespace

const toml::node* TomlSection::look(std::string_view key) {
  asked_.emplace(key);
  return table_.get(key);
}

std::optional<std::string> TomlSection::resolve(std::string_view key, const toml::node& node) {
  const auto* string = node.as_string();
  if (string == nullptr) {
    complain(key,
             fmt::format("is {}; wanted is a string such as \"50ms\", \"1mbit\" or \"5%\"", kind_of(node)));
    return std::nullopt;
  }
  const std::string& typed = string->get();
  if (!typed.starts_with('$')) return typed;
  const auto found = settings_.find(std::string_view(typed).substr(1));
  if (found != settings_.end()) return found->second;
  complain(key, fmt::format("stands for the setting '{}', which [settings] does not have", typed.substr(1)));
  return std::nullopt;
}

std::optional<std::string> TomlSection::value(std::string_view key) {
  const toml::node* node = look(key);
  return node == nullptr ? std::nullopt : resolve(key, *node);
}

std::string TomlSection::text(std::string_view key, std::string fallback) {
  return value(key).value_or(std::move(fallback));
}

std::string TomlSection::required_text(std::string_view key) {
  if (!has(key)) complain(key, "is missing");
  return text(key, {});
}

bool TomlSection::yes(std::string_view key, bool fallback) {
  const toml::node* node = look(key);
  if (node == nullptr) return fallback;
  if (const auto* boolean = node->as_boolean()) return boolean->get();
  complain(key, fmt::format("is {}; wanted is true or false", kind_of(*node)));
  return fallback;
}

double TomlSection::number(std::string_view key, double fallback, double least, double most) {
  const toml::node* node = look(key);
  if (node == nullptr) return fallback;
  std::optional<double> number = node->value<double>();
  if (node->is_string()) {
    const auto typed = resolve(key, *node);
    if (!typed) return fallback;
    char* end = nullptr;
    number = std::strtod(typed->c_str(), &end);
    if (typed->empty() || *end != '\0') number.reset();
  }
  if (number && *number >= least && *number <= most) return *number;
  complain(key, fmt::format("is not a number from {} to {}", least, most));
  return fallback;
}

std::vector<std::string> TomlSection::words(std::string_view key) {
  std::vector<std::string> words;
  const toml::node* node = look(key);
  if (node == nullptr) return words;
  const toml::array* array = node->as_array();
  if (array == nullptr) return complain(key, "is not an array of strings"), words;
  for (const toml::node& element : *array) {
    if (auto word = resolve(key, element)) words.push_back(std::move(*word));
  }
  return words;
}

std::vector<std::uint64_t> TomlSection::numbers(std::string_view key) {
  std::vector<std::uint64_t> all;
  const toml::node* node = look(key);
  const toml::array* array = node == nullptr ? nullptr : node->as_array();
  if (node != nullptr && array == nullptr) complain(key, "is not an array of numbers");
  if (array == nullptr) return all;
  for (const toml::node& element : *array) {
    const auto number = element.value<std::int64_t>();
    if (!number || *number < 0) {
      complain(key, "holds something else than whole numbers from 0 on");
      return all;
    }
    all.push_back(static_cast<std::uint64_t>(*number));
  }
  return all;
}

void TomlSection::file(std::string_view key, const std::filesystem::path& folder,
                       const std::function<std::string(const std::string&)>& take) {
  const std::string name = text(key, {});
  if (name.empty()) return complain(key, "names no file");
  const auto inside = folder / name;
  const auto path = std::filesystem::exists(inside) ? inside : std::filesystem::path(name);
  std::ifstream in(path, std::ios::binary);
  if (!in || !std::filesystem::is_regular_file(path)) {
    return complain(key, fmt::format("'{}' cannot be read", inside.string()));
  }
  const std::string problem = take({std::istreambuf_iterator<char>(in), {}});
  if (!problem.empty()) complain(key, fmt::format("'{}', {}", path.string(), problem));
}

void TomlSection::inside(std::string_view key, const std::function<void(TomlSection&)>& read) {
  const toml::node* node = look(key);
  if (node == nullptr) return;
  const toml::table* table = node->as_table();
  if (table == nullptr) return complain(key, "is not a table");
  TomlSection section(*table, file_, name_.empty() ? std::string(key) : fmt::format("{}.{}", name_, key),
                      settings_, errors_);
  read(section);
  section.finish();
}

void TomlSection::each(std::string_view key, const std::function<void(TomlSection&)>& read) {
  const toml::node* node = look(key);
  if (node == nullptr) return;
  const toml::array* array = node->as_array();
  if (array == nullptr) return complain(key, fmt::format("is not an array of tables: write [[{}]]", key));
  for (const toml::node& element : *array) {
    const toml::table* table = element.as_table();
    if (table == nullptr) return complain(key, fmt::format("is not an array of tables: write [[{}]]", key));
    TomlSection section(*table, file_, std::string(key), settings_, errors_);
    read(section);
    section.finish();
  }
}

void TomlSection::accept_all() {
  for (const auto& [key, node] : table_) asked_.emplace(key.str());
}

void TomlSection::complain(std::string_view key, std::string_view problem) {
  const toml::node* node = table_.get(key);
  const auto line = (node != nullptr ? node->source() : table_.source()).begin.line;
  errors_.push_back(
      {fmt::format("{}:{}: {}{}{} {}", file_, line, name_, name_.empty() ? "" : ".", key, problem)});
}

void TomlSection::finish() {
  for (const auto& [key, node] : table_) {
    if (asked_.contains(key.str())) continue;
    std::string known;
    for (const std::string& name : asked_) known += (known.empty() ? "" : ", ") + name;
    complain(key.str(), "is not a key that this version knows; known here: " + known);
  }
}

}  // namespace avocet::sim
