#include "analysis/output/folded_text.hpp"

#include <algorithm>

namespace avocet::analysis {
namespace {

/// A character of UTF-8 counts once.
std::size_t columns(std::string_view text) {
  return static_cast<std::size_t>(
      std::ranges::count_if(text, [](char c) { return (static_cast<unsigned char>(c) & 0xc0) != 0x80; }));
}

bool digit(char c) { return c >= '0' && c <= '9'; }

/// Where the first word ends. A number and its unit are one.
std::size_t end_of_word(std::string_view text) {
  std::size_t end = std::min(text.find(' '), text.size());
  while (end > 0 && end + 1 < text.size() && digit(text[end - 1]) && text[end + 1] != ' ')
    end = std::min(text.find(' ', end + 1), text.size());
  return end;
}

}  // namespace

std::string folded(std::string_view line, std::size_t width, std::size_t indent) {
  const std::size_t begin = std::min(line.find_first_not_of(' '), line.size());
  std::string out(line.substr(0, begin));
  std::size_t column = begin, blanks = 0;  // before the next word
  for (std::string_view rest = line.substr(begin); !rest.empty();) {
    const std::size_t end = end_of_word(rest);
    const std::string_view word = rest.substr(0, end);
    const bool first = column == begin;
    if (!first && column + blanks + columns(word) > width) {
      out += '\n' + std::string(indent, ' ');
      column = indent, blanks = 0;
    }
    out += std::string(blanks, ' ') + std::string(word);
    column += blanks + columns(word);
    rest.remove_prefix(end);
    blanks = std::min(rest.find_first_not_of(' '), rest.size());
    rest.remove_prefix(blanks);
  }
  return out + '\n';
}

std::string folded_lines(std::string_view text, std::size_t width) {
  std::string out;
  while (!text.empty()) {
    const std::size_t end = std::min(text.find('\n'), text.size());
    const std::string_view line = text.substr(0, end);
    const std::size_t begin = std::min(line.find_first_not_of(' '), line.size());
    out += columns(line) <= width ? std::string(line) + '\n' : folded(line, width, begin + 2);
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  return out;
}

}  // namespace avocet::analysis
