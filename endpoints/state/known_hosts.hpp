#pragma once

#include <filesystem>
#include <map>
#include <optional>
#include <string>

#include "endpoints/state/files.hpp"
#include "protocol/crypto/fingerprint.hpp"

namespace avocet::state {

/// Which certificate each server showed when it was first met: trust on first use, as ssh does. A text file,
/// one line a server: `host:port sha256-fingerprint`.
class KnownHosts {
 public:
  /// A missing file is an empty one. A line that does not read is an error: to skip it would be to trust
  /// anew.
  static Result<KnownHosts> load(std::filesystem::path file);

  std::optional<crypto::Fingerprint> find(const std::string& server) const;
  /// Adds a server and saves.
  Result<void> remember(const std::string& server, const crypto::Fingerprint&);
  const std::filesystem::path& file() const { return file_; }

 private:
  explicit KnownHosts(std::filesystem::path file) : file_(std::move(file)) {}
  std::filesystem::path file_;
  std::map<std::string, crypto::Fingerprint> hosts_;
};

}  // namespace avocet::state
