#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <variant>

#include "endpoints/drive/address.hpp"
#include "sim/link/config.hpp"

namespace avocet::link {

enum class Directions : std::uint8_t { both, up, down };

/// What the user asked avocet-link for.
struct Options {
  drive::HostPort listen, to;
  LinkConfig link;
  Directions directions = Directions::both;
  std::uint64_t seed = 1;
  std::optional<Duration> run_for;  ///< ends by itself
  Duration idle = 60s;
  std::size_t max_clients = 256;
  std::vector<Duration> rebinds;  ///< ascending
  std::string stats_file;         ///< empty: none
  bool json = false;
  bool quiet = false;
};

/// The options, or the exit code when help was printed (0) or the command line is wrong (2).
std::variant<Options, int> parse_options(int argc, const char* const* argv);

/// One line for a person: `delay 25 ms, loss 2 %, rate 8 -> 1 Mbit/s, queue 300 ms`.
std::string describe(const LinkConfig& link);

}  // namespace avocet::link
