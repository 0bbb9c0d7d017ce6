#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <variant>

#include "endpoints/client/url.hpp"
#include "protocol/base/time.hpp"
#include "protocol/crypto/fingerprint.hpp"

namespace avocet::client {

/// Which server, and why it is believed to be it.
struct ServerOptions {
  Url url;
  std::optional<crypto::Fingerprint> trust;
  std::filesystem::path authorities;  ///< certificates of authorities; without both: known hosts
  std::filesystem::path state;
  std::filesystem::path key_log;
};

struct ListOptions {
  ServerOptions server;
  bool json = false;
};

enum class Front : std::uint8_t { automatic, window, terminal };

struct PlayOptions {
  ServerOptions server;
  std::string user;
  std::string rendition;  ///< empty: the server chooses
  std::string cap;        ///< highest that it may choose; empty: any
  Duration latency = 150ms;
  Duration buffer = 1500ms;
  Duration start{};
  std::optional<Duration> limit;  ///< stop after so long
  std::filesystem::path record, stats;
  Front front = Front::automatic;
  bool decode = true;
  bool reconnect = true;  ///< when the connection is lost
  bool quiet = false;
};

using Command = std::variant<ListOptions, PlayOptions>;

/// Reads the command line; help and mistakes are printed. The int is an exit code: nothing is left to do.
std::variant<Command, int> parse_options(int argc, const char* const* argv);

}  // namespace avocet::client
