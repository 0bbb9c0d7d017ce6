#pragma once

#include <expected>
#include <nlohmann/json.hpp>
#include <string>

#include "endpoints/link/forwarder.hpp"

namespace avocet::link {

/// Everything a forwarder knows at its end: totals, directions, clients, and each lost datagram. Times in
/// seconds, those of losses from the first datagram on.
nlohmann::ordered_json report(const Forwarder& forwarder, Time now);

/// Two lines for a person: what went through each way, and what was lost why.
std::string summary(const Forwarder& forwarder);

/// Replaces the file as a whole. The error names the file and the reason.
std::expected<void, std::string> write_file(const std::string& path, const std::string& content);

}  // namespace avocet::link
