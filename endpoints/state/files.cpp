#include "endpoints/state/files.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <fstream>
#include <iterator>

namespace avocet::state {
namespace {

std::unexpected<std::string> failure(const char* what, const std::filesystem::path& file) {
  return std::unexpected(fmt::format("cannot {} {}: {}", what, file.string(), std::strerror(errno)));
}

bool write_all(int descriptor, ByteView content) {
  while (!content.empty()) {
    const ssize_t n = ::write(descriptor, content.data(), content.size());
    if (n < 0 && errno == EINTR) continue;
    if (n < 0) return false;
    content = content.subspan(static_cast<std::size_t>(n));
  }
  return ::fsync(descriptor) == 0;
}

}  // namespace

Result<Bytes> read_file(const std::filesystem::path& file) {
  errno = 0;
  std::ifstream in(file, std::ios::binary);
  if (!in) return failure("read", file);
  const std::string content{std::istreambuf_iterator<char>(in), {}};
  if (in.bad()) return failure("read", file);
  const ByteView bytes = as_bytes(content);
  return Bytes(bytes.begin(), bytes.end());
}

Result<void> write_file(const std::filesystem::path& file, ByteView content, bool secret) {
  if (const auto folder = file.parent_path(); !folder.empty() && !std::filesystem::exists(folder)) {
    std::error_code error;
    std::filesystem::create_directories(folder, error);
    if (error)
      return std::unexpected(fmt::format("cannot make the folder {}: {}", folder.string(), error.message()));
    if (secret) std::filesystem::permissions(folder, std::filesystem::perms::owner_all, error);
  }
  std::filesystem::path temporary = file;
  temporary += fmt::format(".{}.new", ::getpid());
  const int descriptor =
      ::open(temporary.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, secret ? 0600 : 0644);
  if (descriptor < 0) return failure("write", temporary);
  const bool written = write_all(descriptor, content);
  const int error = errno;
  ::close(descriptor);
  if (!written || ::rename(temporary.c_str(), file.c_str()) != 0) {
    if (!written) errno = error;
    auto result = failure("write", file);
    ::unlink(temporary.c_str());
    return result;
  }
  return {};
}

std::filesystem::path default_folder(const std::string& program) {
  if (const char* base = std::getenv("XDG_STATE_HOME"); base != nullptr && *base != '\0') {
    return std::filesystem::path(base) / "avocet" / program;
  }
  const char* home = std::getenv("HOME");
  return std::filesystem::path(home != nullptr && *home != '\0' ? home : ".") / ".local/state/avocet" /
         program;
}

}  // namespace avocet::state
