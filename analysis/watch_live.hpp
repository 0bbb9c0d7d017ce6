#pragma once

#include "analysis/read_files.hpp"

namespace avocet::analysis {

/// Captures on an interface until `seconds` are over (0: for ever), or SIGINT or SIGTERM comes, and gives the
/// account of all of it. Meanwhile a terminal shows what happens. The key log is followed as it is written.
/// What failed is for a person.
std::expected<Account, std::string> watch_live(const std::string& interface, double seconds, const Sources&,
                                               PacketListener* beside);

}  // namespace avocet::analysis
