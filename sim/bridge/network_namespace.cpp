#include "sim/bridge/network_namespace.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <linux/if_tun.h>
#include <net/if.h>
#include <sched.h>
#include <spawn.h>
#include <sys/ioctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <filesystem>
#include <thread>
#include <utility>
#include <vector>

extern char** environ;

namespace avocet::sim {
namespace {

constexpr const char* tap_name = "avocet0";

std::string problem(const std::string& what) { return what + ": " + std::strerror(errno); }

/// Runs ip(8); the words of `line` are parted by blanks. Empty when all went well; what it had to complain
/// about went to standard error.
std::string run_ip(const std::string& line) {
  std::vector<std::string> words{"ip"};
  for (std::size_t at = 0; at < line.size();) {
    const std::size_t end = std::min(line.find(' ', at), line.size());
    words.push_back(line.substr(at, end - at));
    at = end + 1;
  }
  std::vector<char*> arguments;
  for (std::string& word : words) arguments.push_back(word.data());
  arguments.push_back(nullptr);
  pid_t child = 0;
  if (const int error = ::posix_spawnp(&child, "ip", nullptr, nullptr, arguments.data(), environ)) {
    return fmt::format("the command ip of the package iproute2 is needed: {}", std::strerror(error));
  }
  int status = 0;
  while (::waitpid(child, &status, 0) < 0 && errno == EINTR) {
  }
  return status == 0 ? "" : "this failed: ip " + line;
}

}  // namespace

std::expected<std::unique_ptr<NetworkNamespace>, std::string> NetworkNamespace::make(const Plan& plan) {
  if (::geteuid() != 0) return std::unexpected("network namespaces are made by root only: run it with sudo");
  if (std::filesystem::exists("/run/netns/" + plan.name)) {
    return std::unexpected(
        fmt::format("the network namespace {0} exists already: another bridge runs, or one was killed; in "
                    "the latter case remove it: ip netns del {0}",
                    plan.name));
  }
  if (std::string failed = run_ip("netns add " + plan.name); !failed.empty()) return std::unexpected(failed);
  std::unique_ptr<NetworkNamespace> made(new NetworkNamespace(plan.name));
  if (std::string failed = made->open_tap(); !failed.empty()) return std::unexpected(failed);
  const std::string in = fmt::format("-netns {} ", plan.name);
  for (const std::string& line :
       {in + "link set lo up", in + fmt::format("address add {}/24 dev {}", plan.address, tap_name),
        in + fmt::format("link set {} up", tap_name), in + "route add default via " + plan.gateway}) {
    if (std::string failed = run_ip(line); !failed.empty()) return std::unexpected(failed);
  }
  return made;
}

NetworkNamespace::~NetworkNamespace() {
  if (tap_ >= 0) ::close(tap_);
  run_ip("netns del " + name_);
}

/// A tap belongs to the namespace of the thread that makes it.
std::string NetworkNamespace::open_tap() {
  std::string failed;
  std::thread([&] {
    const int space = ::open(("/run/netns/" + name_).c_str(), O_RDONLY | O_CLOEXEC);
    if (space < 0 || ::setns(space, CLONE_NEWNET) != 0) {
      failed = problem("the network namespace " + name_ + " cannot be entered");
    } else if (tap_ = ::open("/dev/net/tun", O_RDWR | O_CLOEXEC); tap_ < 0) {
      failed = problem("/dev/net/tun cannot be opened, which tap devices need");
    } else {
      ifreq request{};
      request.ifr_flags = IFF_TAP | IFF_NO_PI;
      std::strncpy(request.ifr_name, tap_name, IFNAMSIZ - 1);
      if (::ioctl(tap_, TUNSETIFF, &request) != 0) failed = problem("no tap device could be made");
    }
    if (space >= 0) ::close(space);
  }).join();
  return failed;
}

int NetworkNamespace::take_tap() { return std::exchange(tap_, -1); }

}  // namespace avocet::sim
