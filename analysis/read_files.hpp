#pragma once

#include <expected>
#include <string>
#include <vector>

#include "analysis/account/account.hpp"

namespace avocet::analysis {

/// What is to be read, as the command line says it.
struct Sources {
  std::vector<std::string> files;  ///< one, or two of the same session
  std::string key_log;             ///< may be empty
  std::vector<std::uint16_t> ports;
};

/// The account of one capture, or of two together. Shows its progress. `beside` may be null; it is told of
/// all packets, of two captures those of the one nearer to the viewer. What failed is for a person.
std::expected<Account, std::string> read_files(const Sources&, PacketListener* beside);

}  // namespace avocet::analysis
