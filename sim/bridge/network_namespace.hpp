#pragma once

#include <expected>
#include <memory>
#include <string>

namespace avocet::sim {

/// A network namespace of this machine (ip-netns(8)) with one way out: an Ethernet tap whose other side is a
/// file descriptor of ours. Programs are run in it with `ip netns exec NAME`. It goes with the object; what
/// still runs in it then has no network any more.
class NetworkNamespace {
 public:
  struct Plan {
    std::string name;
    std::string address;  ///< IPv4 of the namespace, in a /24
    std::string gateway;  ///< where all that it sends goes, in the same /24
  };

  /// Needs root. The error says what could not be done and what to do.
  static std::expected<std::unique_ptr<NetworkNamespace>, std::string> make(const Plan&);
  ~NetworkNamespace();
  NetworkNamespace(const NetworkNamespace&) = delete;
  NetworkNamespace& operator=(const NetworkNamespace&) = delete;

  /// Reads and writes Ethernet frames. It belongs to who takes it, once.
  int take_tap();

 private:
  explicit NetworkNamespace(std::string name) : name_(std::move(name)) {}
  std::string open_tap();

  const std::string name_;
  int tap_ = -1;
};

}  // namespace avocet::sim
