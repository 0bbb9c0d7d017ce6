#pragma once

#include <sys/types.h>

#include <cstdint>
#include <filesystem>
#include <string>

#include "endpoints/codec/error.hpp"
#include "protocol/base/bytes.hpp"

namespace avocet::codec {

/// An open file that is read at given positions. It stays readable when another one takes its name.
class MediaFile {
 public:
  static Result<MediaFile> open(const std::filesystem::path& path);
  ~MediaFile();
  MediaFile(MediaFile&& other) noexcept;
  MediaFile& operator=(MediaFile&& other) noexcept;

  /// Fills `into` from `position`; false when the file ends before or cannot be read.
  bool read(std::int64_t position, ByteSpan into) const;
  std::int64_t size() const { return size_; }
  /// Whether the path still leads to these bytes.
  bool unchanged() const;
  const std::filesystem::path& path() const { return path_; }
  /// Without its folder, for messages that leave the machine.
  std::string name() const { return path_.filename().string(); }

 private:
  MediaFile() = default;

  std::filesystem::path path_;
  int descriptor_ = -1;
  std::int64_t size_ = 0;
  dev_t device_ = 0;
  ino_t inode_ = 0;
  timespec modified_{};
};

}  // namespace avocet::codec
