#include "endpoints/codec/names.hpp"

#include <algorithm>
#include <charconv>

namespace avocet::codec {
namespace {

constexpr std::size_t longest_name = 64;
constexpr std::string_view extension = ".mp4";

// Not std::isalnum, which depends on the locale.
bool is_name_character(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '.' || c == '_' ||
         c == '-';
}

}  // namespace

bool is_clip_name(std::string_view name) {
  return !name.empty() && name.size() <= longest_name && name.front() != '.' &&
         std::ranges::all_of(name, is_name_character);
}

Result<void> check_clip_name(std::string_view name) {
  if (is_clip_name(name)) return {};
  std::string shown;
  for (const char c : name.substr(0, longest_name)) shown += c >= 0x20 && c < 0x7f ? c : '?';
  if (shown.size() < name.size()) shown += "...";
  return std::unexpected(
      Error{Fault::bad_name, "'" + shown + "' is not a clip name",
            "a name is 1 to 64 letters, digits, '.', '_' or '-', and does not begin with '.'"});
}

std::optional<int> rendition_height(std::string_view rendition) {
  if (rendition.size() < 3 || rendition.back() != 'p' || rendition.front() == '0') return {};
  const char* end = rendition.data() + rendition.size() - 1;
  int height = 0;
  const auto [stop, error] = std::from_chars(rendition.data(), end, height);
  if (error != std::errc() || stop != end || height < 16 || height > 4320) return {};
  return height;
}

std::string file_name(std::string_view clip, std::string_view rendition) {
  return std::string(clip) + "_" + std::string(rendition) + std::string(extension);
}

std::optional<ClipFile> parse_file_name(std::string_view file) {
  if (!file.ends_with(extension)) return {};
  file.remove_suffix(extension.size());
  const auto underscore = file.rfind('_');
  if (underscore == std::string_view::npos) return {};
  const auto clip = file.substr(0, underscore), rendition = file.substr(underscore + 1);
  if (!is_clip_name(clip) || !rendition_height(rendition)) return {};
  return ClipFile{std::string(clip), std::string(rendition)};
}

std::string suggest_clip_name(std::string_view path) {
  while (path.ends_with('/')) path.remove_suffix(1);
  if (const auto slash = path.rfind('/'); slash != std::string_view::npos) path.remove_prefix(slash + 1);
  if (const auto dot = path.rfind('.'); dot != std::string_view::npos && dot > 0) path = path.substr(0, dot);
  std::string name;
  for (const char c : path) {
    if (is_name_character(c)) {
      name += c;
    } else if (!name.empty() && name.back() != '-') {
      name += '-';
    }
  }
  while (name.starts_with('.') || name.starts_with('-')) name.erase(0, 1);
  if (name.size() > longest_name) name.resize(longest_name);
  while (name.ends_with('-')) name.pop_back();
  return name.empty() ? "clip" : name;
}

}  // namespace avocet::codec
