#pragma once

#include <string>

namespace avocet::sim {

/// What a name of a scenario's becomes in a file's name.
inline std::string file_name(std::string name) {
  for (char& c : name) {
    const bool plain = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
    if (!plain && c != '-' && c != '.') c = '_';
  }
  return name;
}

}  // namespace avocet::sim
