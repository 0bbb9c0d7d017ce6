#include "dissector/names.hpp"

namespace avocet::dissector {
namespace {

bool is_upper(char c) { return c >= 'A' && c <= 'Z'; }
char lower(char c) { return is_upper(c) ? static_cast<char>(c - 'A' + 'a') : c; }

}  // namespace

std::string filter_name(std::string_view declared) {
  std::string out;
  for (std::size_t i = 0; i < declared.size(); ++i) {
    const bool new_word = i > 0 && is_upper(declared[i]) && !is_upper(declared[i - 1]) && out.back() != '_';
    if (new_word) out += '_';
    out += declared[i] == ' ' ? '_' : lower(declared[i]);
  }
  return out;
}

std::string title(std::string_view declared) {
  std::string out(declared);
  std::ranges::replace(out, '_', ' ');
  if (!out.empty() && out[0] >= 'a' && out[0] <= 'z') out[0] = static_cast<char>(out[0] - 'a' + 'A');
  return out;
}

const char* keep(std::string text) {
  static std::deque<std::string> kept;
  return kept.emplace_back(std::move(text)).c_str();
}

}  // namespace avocet::dissector
