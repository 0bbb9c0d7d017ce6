#pragma once

#include <filesystem>
#include <string_view>

#include "endpoints/state/files.hpp"

namespace avocet::state {

/// Lines that let the holder decrypt captures of this program's connections. Readable for the owner only.
class KeyLogFile {
 public:
  /// Appends to the file, made when missing.
  static Result<KeyLogFile> open(const std::filesystem::path& file);
  KeyLogFile(KeyLogFile&& other) noexcept;
  KeyLogFile& operator=(KeyLogFile&&) = delete;
  ~KeyLogFile();

  /// One line, in one write, so that a reader who follows the file never sees a part.
  void add(std::string_view line);

 private:
  explicit KeyLogFile(int descriptor) : descriptor_(descriptor) {}
  int descriptor_;
};

}  // namespace avocet::state
