#include "endpoints/state/key_log_file.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <utility>

namespace avocet::state {

Result<KeyLogFile> KeyLogFile::open(const std::filesystem::path& file) {
  const int descriptor = ::open(file.c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
  // A file that was there keeps its mode otherwise, and others could read the keys.
  if (descriptor < 0 || ::fchmod(descriptor, 0600) != 0) {
    const int error = errno;
    if (descriptor >= 0) ::close(descriptor);
    return std::unexpected(
        fmt::format("cannot write the key log {}: {}", file.string(), std::strerror(error)));
  }
  return KeyLogFile(descriptor);
}

KeyLogFile::KeyLogFile(KeyLogFile&& other) noexcept : descriptor_(std::exchange(other.descriptor_, -1)) {}
KeyLogFile::~KeyLogFile() {
  if (descriptor_ >= 0) ::close(descriptor_);
}

void KeyLogFile::add(std::string_view line) {
  const std::string whole = std::string(line) + '\n';
  // A full disk must not end a stream; the capture is then undecipherable from here on, which its reader will
  // notice.
  [[maybe_unused]] const ssize_t written = ::write(descriptor_, whole.data(), whole.size());
}

}  // namespace avocet::state
