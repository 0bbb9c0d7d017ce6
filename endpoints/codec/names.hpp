#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "endpoints/codec/error.hpp"

namespace avocet::codec {

/// A clip name is 1 to 64 of [A-Za-z0-9._-] without a leading dot: never a path, never hidden, the same in
/// every shell.
bool is_clip_name(std::string_view name);
/// The same as an error that says what is wrong and how names look.
Result<void> check_clip_name(std::string_view name);

/// A rendition is named by its height: "720p" -> 720. Empty when it is not of that form or not in 16..4320.
std::optional<int> rendition_height(std::string_view rendition);

/// "clip" and "720p" <-> "clip_720p.mp4", the naming of every file in a library.
std::string file_name(std::string_view clip, std::string_view rendition);
struct ClipFile {
  std::string clip, rendition;
};
std::optional<ClipFile> parse_file_name(std::string_view file);

/// A clip name for a source file: its stem with everything else replaced by '-'. "clip" when nothing is left.
std::string suggest_clip_name(std::string_view path);

}  // namespace avocet::codec
