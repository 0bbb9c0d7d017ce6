#include "analysis/packets/key_log_follower.hpp"

namespace avocet::analysis {

void KeyLogFollower::read(KeyRing& keys) {
  if (name_.empty()) return;
  if (!in_.is_open()) in_.open(name_);
  in_.clear();  // the end of the file is only the end so far
  for (std::string part; std::getline(in_, part);) {
    unfinished_ += part;
    if (in_.eof()) return;
    keys.add(unfinished_);
    unfinished_.clear();
  }
}

}  // namespace avocet::analysis
