#include "endpoints/drive/network_changes.hpp"

#include <linux/netlink.h>
#include <linux/rtnetlink.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <system_error>
#include <utility>

#include "endpoints/drive/clock.hpp"

namespace avocet::drive {

std::expected<std::unique_ptr<NetworkChanges>, std::string> NetworkChanges::watch(
    asio::io_context& context, std::function<void()> changed) {
  const int descriptor = ::socket(AF_NETLINK, SOCK_RAW | SOCK_NONBLOCK | SOCK_CLOEXEC, NETLINK_ROUTE);
  sockaddr_nl groups{};
  groups.nl_family = AF_NETLINK;
  groups.nl_groups =
      RTMGRP_LINK | RTMGRP_IPV4_IFADDR | RTMGRP_IPV4_ROUTE | RTMGRP_IPV6_IFADDR | RTMGRP_IPV6_ROUTE;
  if (descriptor < 0 || ::bind(descriptor, reinterpret_cast<sockaddr*>(&groups), sizeof(groups)) != 0) {
    const std::string why = std::generic_category().message(errno);
    if (descriptor >= 0) ::close(descriptor);
    return std::unexpected("changes of the network will not be noticed: " + why);
  }
  return std::unique_ptr<NetworkChanges>(new NetworkChanges(context, descriptor, std::move(changed)));
}

NetworkChanges::NetworkChanges(asio::io_context& context, int descriptor, std::function<void()> changed)
    : descriptor_(descriptor),
      watch_(std::make_unique<Watch>(context, descriptor)),
      quiet_(context),
      changed_(std::move(changed)) {
  listen();
}

NetworkChanges::~NetworkChanges() {
  watch_.reset();
  ::close(descriptor_);
}

void NetworkChanges::listen() {
  watch_->when_readable([this] {
    take_notices();
    listen();
  });
}

/// What a notice says does not matter, nor that some are lost when too many come (ENOBUFS): who is told looks
/// for itself.
void NetworkChanges::take_notices() {
  std::array<std::byte, 8192> notice;
  while (::recv(descriptor_, notice.data(), notice.size(), 0) >= 0 || errno == ENOBUFS || errno == EINTR) {
  }
  const Time now = drive::now();
  if (!latest_) latest_ = now + longest_settling;
  quiet_.set(std::min(now + settling, *latest_), [this] {
    latest_.reset();
    changed_();
  });
}

}  // namespace avocet::drive
