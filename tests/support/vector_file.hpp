#pragma once

#include <fstream>
#include <stdexcept>
#include <string>
#include <vector>

#include "tests/support/wire_values.hpp"

/// Reads the hand-written vectors of specs/vectors; its README says what they look like.
namespace avocet::test {

struct WireVector {
  std::string where;                ///< file and line
  bool bad = false;                 ///< must be refused
  std::string what, name, meaning;  ///< "frame", "ACK", and what it shows
  Bytes bytes;
  FieldValues values;        ///< in their order
  std::string fault, field;  ///< of what must be refused
};

class VectorFile {
 public:
  /// Throws with file and line when the file is not written as it should be.
  static std::vector<WireVector> read(const std::string& path) {
    std::ifstream in(path);
    VectorFile file{path};
    for (std::string line; std::getline(in, line);) file.take(line);
    file.end_group();
    if (file.number_ == 0) file.broken("is empty or not there");
    return std::move(file.vectors_);
  }

 private:
  explicit VectorFile(std::string path) : path_(std::move(path)) {}

  void take(std::string line) {
    ++number_;
    line = trimmed(line.substr(0, line.find('#')));
    if (line.empty()) return;
    if (line.starts_with("fault ")) return take_fault(line.substr(6));
    if (line.find(": ") != std::string::npos || !is_hex(line)) {
      if (const auto bar = line.find('|'); bar != std::string::npos) {
        return take_group(line.substr(0, bar), line.substr(bar + 1));
      }
      return begin(line);
    }
    if (vectors_.empty()) broken("begins with bytes");
    append(line);
  }

  /// "frame ACK: what it shows", or without the last.
  void begin(const std::string& line) {
    end_group();
    const std::size_t colon = line.find(": ");
    std::vector<std::string> words = split(line.substr(0, colon), " ");
    WireVector next{.where = path_ + ":" + std::to_string(number_)};
    next.bad = words.front() == "bad";
    if (next.bad) words.erase(words.begin());
    if (words.size() != 2) broken("has a heading that is not understood: " + line);
    next.what = words[0];
    next.name = words[1];
    next.meaning = colon == std::string::npos ? "" : line.substr(colon + 2);
    vectors_.push_back(std::move(next));
  }

  void take_group(const std::string& hex, const std::string& assignments) {
    if (vectors_.empty()) broken("begins with values");
    end_group();
    append(hex);
    for (const std::string& one : split(assignments, ";")) {
      const std::size_t equals = one.find(" = ");
      if (equals == std::string::npos) broken("has a value that is not understood: " + one);
      pending_.emplace_back(trimmed(one.substr(0, equals)), trimmed(one.substr(equals + 3)));
    }
  }

  /// The values of a group are complete when its last line of bytes is.
  void end_group() {
    for (auto& [name, value] : pending_) {
      if (value == "bytes") value = to_hex(group_);
      if (value.starts_with("0x")) value = std::to_string(std::stoull(value, nullptr, 16));
      vectors_.back().values.emplace_back(std::move(name), std::move(value));
    }
    pending_.clear();
    group_.clear();
  }

  void take_fault(const std::string& line) {
    const std::size_t in = line.find(" in ");
    if (in == std::string::npos || vectors_.empty()) broken("has a fault that is not understood: " + line);
    vectors_.back().fault = line.substr(0, in);
    vectors_.back().field = line.substr(in + 4);
  }

  void append(const std::string& hex) {
    if (!is_hex(hex)) broken("has bytes that are not hex: " + hex);
    const Bytes more = from_hex(hex);
    vectors_.back().bytes.insert(vectors_.back().bytes.end(), more.begin(), more.end());
    group_.insert(group_.end(), more.begin(), more.end());
  }

  static bool is_hex(const std::string& line) {
    return line.find_first_not_of("0123456789abcdef ") == std::string::npos;
  }
  static std::string trimmed(const std::string& text) {
    const std::size_t begin = text.find_first_not_of(' ');
    if (begin == std::string::npos) return {};
    return text.substr(begin, text.find_last_not_of(' ') - begin + 1);
  }
  static std::vector<std::string> split(const std::string& text, const std::string& separator) {
    std::vector<std::string> parts;
    std::size_t at = 0;
    for (std::size_t next; (next = text.find(separator, at)) != std::string::npos; at = next + 1) {
      parts.push_back(text.substr(at, next - at));
    }
    parts.push_back(text.substr(at));
    return parts;
  }
  [[noreturn]] void broken(const std::string& why) const {
    throw std::runtime_error(path_ + ":" + std::to_string(number_) + " " + why);
  }

  std::string path_;
  std::size_t number_ = 0;
  std::vector<WireVector> vectors_;
  FieldValues pending_;
  Bytes group_;
};

}  // namespace avocet::test
