#include <fstream>
#include <iostream>

#include "tests/vectors/follower.hpp"

/// Writes the vectors of specs/vectors/handshakes into a folder, or says which of those there are stale.
namespace {

using avocet::test::Conversation;
using avocet::test::Follower;

const char* const usage =
    "usage: handshake-vectors --write|--check FOLDER\n"
    "--write makes the vectors of whole handshakes anew; --check says which are not what the implementation "
    "does.\n";

std::string read(const std::string& path) {
  std::ifstream in(path);
  return {std::istreambuf_iterator<char>(in), {}};
}

bool settle(bool write, const std::string& path, const std::string& heading,
            const Conversation& conversation) {
  const std::string text = "# " + heading + "\n" + Follower(conversation).text();
  if (write) {
    std::ofstream(path) << text;
    return true;
  }
  if (read(path) == text) return true;
  std::cerr << path << " is not what the implementation does: if the change is meant, build the target "
            << "handshake-vectors-update\n";
  return false;
}

}  // namespace

int main(int count, char** arguments) {
  const std::string mode = count == 3 ? arguments[1] : "";
  if (mode != "--write" && mode != "--check") return std::cerr << usage, 2;
  const bool write = mode == "--write";
  const std::string folder = std::string(arguments[2]) + "/";
  bool good =
      settle(write, folder + "full.txt", "A first meeting: X25519 and Ed25519.", avocet::test::meet(false));
  good &= settle(write, folder + "retry.txt", "A first meeting with a server that asks for a cookie.",
                 avocet::test::meet(true));
  good &= settle(write, folder + "resumed.txt", "A second meeting, with the ticket of the one in full.txt.",
                 avocet::test::meet_again());
  return good ? 0 : 1;
}
