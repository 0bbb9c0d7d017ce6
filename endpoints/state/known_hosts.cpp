#include "endpoints/state/known_hosts.hpp"

#include <fmt/format.h>

#include <sstream>

namespace avocet::state {

Result<KnownHosts> KnownHosts::load(std::filesystem::path file) {
  KnownHosts known(std::move(file));
  if (!std::filesystem::exists(known.file_)) return known;
  const auto content = read_file(known.file_);
  if (!content) return std::unexpected(content.error());
  std::istringstream lines{std::string(as_text(*content))};
  std::string line;
  for (int number = 1; std::getline(lines, line); ++number) {
    if (line.empty() || line.front() == '#') continue;
    const std::size_t space = line.find(' ');
    const auto fingerprint = space == std::string::npos
                                 ? std::nullopt
                                 : crypto::parse_fingerprint(std::string_view(line).substr(space + 1));
    if (!fingerprint) {
      return std::unexpected(
          fmt::format("{}:{}: expected `host:port fingerprint`; correct the line or remove it",
                      known.file_.string(), number));
    }
    known.hosts_[line.substr(0, space)] = *fingerprint;
  }
  return known;
}

std::optional<crypto::Fingerprint> KnownHosts::find(const std::string& server) const {
  const auto found = hosts_.find(server);
  return found == hosts_.end() ? std::nullopt : std::optional(found->second);
}

Result<void> KnownHosts::remember(const std::string& server, const crypto::Fingerprint& fingerprint) {
  hosts_[server] = fingerprint;
  std::string content =
      "# Servers that avocet-client has met, and the SHA-256 fingerprints of their certificates.\n";
  for (const auto& [host, known] : hosts_) content += fmt::format("{} {}\n", host, to_string(known));
  return write_file(file_, as_bytes(content), true);
}

}  // namespace avocet::state
