#include "endpoints/codec/media_file.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <utility>

namespace avocet::codec {

Result<MediaFile> MediaFile::open(const std::filesystem::path& path) {
  MediaFile file;
  file.path_ = path;
  file.descriptor_ = ::open(path.c_str(), O_RDONLY | O_CLOEXEC);
  struct stat facts{};
  if (file.descriptor_ < 0 || ::fstat(file.descriptor_, &facts) < 0)
    return std::unexpected(Error{Fault::unreadable,
                                 fmt::format("cannot open '{}': {}", file.name(), std::strerror(errno)),
                                 "check the file's permissions"});
  file.size_ = facts.st_size;
  file.device_ = facts.st_dev;
  file.inode_ = facts.st_ino;
  file.modified_ = facts.st_mtim;
  return file;
}

MediaFile::~MediaFile() {
  if (descriptor_ >= 0) ::close(descriptor_);
}

MediaFile::MediaFile(MediaFile&& other) noexcept { *this = std::move(other); }

MediaFile& MediaFile::operator=(MediaFile&& other) noexcept {
  std::swap(path_, other.path_);
  std::swap(descriptor_, other.descriptor_);
  size_ = other.size_;
  device_ = other.device_;
  inode_ = other.inode_;
  modified_ = other.modified_;
  return *this;
}

bool MediaFile::read(std::int64_t position, ByteSpan into) const {
  while (!into.empty()) {
    const auto n = ::pread(descriptor_, into.data(), into.size(), position);
    if (n < 0 && errno == EINTR) continue;
    if (n <= 0) return false;
    into = into.subspan(static_cast<std::size_t>(n));
    position += n;
  }
  return true;
}

bool MediaFile::unchanged() const {
  struct stat facts{};
  return ::stat(path_.c_str(), &facts) == 0 && facts.st_dev == device_ && facts.st_ino == inode_ &&
         facts.st_size == size_ && facts.st_mtim.tv_sec == modified_.tv_sec &&
         facts.st_mtim.tv_nsec == modified_.tv_nsec;
}

}  // namespace avocet::codec
