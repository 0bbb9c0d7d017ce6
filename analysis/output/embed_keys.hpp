#pragma once

#include <string>

namespace avocet::analysis {

/// Writes the capture again, as pcapng, with our lines of the key log as comments of its first packet, where
/// Wireshark's plugin looks for them. Lines of other programs stay out. The file is readable for its owner
/// only. What failed, for a person; empty when nothing did.
std::string embed_keys(const std::string& capture, const std::string& key_log, const std::string& out);

}  // namespace avocet::analysis
