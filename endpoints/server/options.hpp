#pragma once

#include <filesystem>
#include <string>
#include <variant>
#include <vector>

#include "endpoints/codec/ladder.hpp"
#include "endpoints/drive/address.hpp"

namespace avocet::server {

struct AddOptions {
  std::string source;
  std::filesystem::path library;
  std::string name;  ///< empty: after the source
  codec::LadderSettings ladder;
  bool json = false;
};

struct ServeOptions {
  std::filesystem::path library;
  drive::HostPort listen;
  std::filesystem::path state;
  std::filesystem::path certificate, key;  ///< both or none
  std::filesystem::path key_log, stats;
  std::string name;
  unsigned threads = 1;
  double drain_seconds = 3;  ///< for users to get what was sent, after the signal to stop
  bool quiet = false;
};

struct ListOptions {
  std::filesystem::path library;
  bool json = false;
};

struct FingerprintOptions {
  std::filesystem::path state, certificate;
  bool json = false;
};

using Command = std::variant<AddOptions, ServeOptions, ListOptions, FingerprintOptions>;

/// Reads the command line; help and mistakes are printed. The int is an exit code: nothing is left to do.
std::variant<Command, int> parse_options(int argc, const char* const* argv);

}  // namespace avocet::server
