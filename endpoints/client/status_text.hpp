#pragma once

#include <string>
#include <vector>

#include "endpoints/client/snapshot.hpp"

/// A play in words, for the terminal and the window alike.
namespace avocet::client {

/// `playing 0:12 / 2:00 · 720p auto · 2.5 Mbit/s · round trip 41 ms · loss 0.3 %`
std::string status_line(const Snapshot&);
/// What the window shows for `i`.
std::vector<std::string> details(const Snapshot&);
/// One line for the end.
std::string summary(const Snapshot&);

}  // namespace avocet::client
