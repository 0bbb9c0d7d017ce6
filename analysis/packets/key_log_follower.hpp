#pragma once

#include <fstream>
#include <string>

#include "analysis/packets/key_ring.hpp"

namespace avocet::analysis {

/// Takes the lines of a key log while somebody writes it; it need not exist yet.
class KeyLogFollower {
 public:
  /// Nothing is followed when the name is empty.
  explicit KeyLogFollower(std::string name) : name_(std::move(name)) {}
  /// Takes what has come since the last time; whole lines only.
  void read(KeyRing&);

 private:
  std::string name_, unfinished_;
  std::ifstream in_;
};

}  // namespace avocet::analysis
