#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "endpoints/state/files.hpp"
#include "protocol/session/resumption.hpp"

namespace avocet::state {

/// The tickets that one server gave: a file for the owner only. Each is taken out before it is used, so that
/// none is ever used twice, not even by two programs at a time. What does not read counts as nothing.
class TicketStore {
 public:
  /// `server` as a person writes it (host and port).
  TicketStore(const std::filesystem::path& folder, const std::string& server);

  /// Takes out the newest ticket that seals nothing, and has not expired.
  std::optional<session::Resumption> take(UnixTime now);
  /// Puts it in the place of an older one.
  Result<void> keep(const session::Resumption&);

  const std::filesystem::path& file() const { return file_; }

 private:
  std::filesystem::path file_;
};

}  // namespace avocet::state
