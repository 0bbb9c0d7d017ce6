#include "analysis/packets/key_log_file.hpp"

#include <fmt/format.h>

#include <fstream>

namespace avocet::analysis {

std::string read_key_log(const std::string& name, KeyRing& keys) {
  if (name.empty()) return {};
  std::ifstream in(name);
  if (!in) return fmt::format("cannot read the key log {}; is the name right?", name);
  std::string line;
  std::size_t taken = 0;
  while (std::getline(in, line)) taken += keys.add(line);
  if (taken > 0) return {};
  return fmt::format(
      "{} has no line of an Avocet key log; --keylog of avocet-server, avocet-client or avocet-sim's "
      "keys.log "
      "is meant",
      name);
}

}  // namespace avocet::analysis
