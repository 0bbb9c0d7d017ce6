#pragma once

#include <sys/socket.h>

#include <cstdint>
#include <expected>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "protocol/base/address.hpp"

namespace avocet::drive {

/// A socket address as the kernel takes it.
struct SocketAddress {
  sockaddr_storage storage{};
  socklen_t length = 0;

  const sockaddr* data() const { return reinterpret_cast<const sockaddr*>(&storage); }
};

/// `family` is AF_INET or AF_INET6: the one of the socket, which must be able to say `address` (an AF_INET6
/// socket says IPv4 addresses in mapped form).
SocketAddress to_socket_address(const PeerAddress& address, int family);
PeerAddress from_socket_address(const sockaddr_storage& storage);

/// What a person typed, taken apart; nothing is looked up yet.
struct HostPort {
  std::string host;  ///< a name, an IPv4 address, or an IPv6 address without brackets; empty: this machine,
                     ///< any address
  std::uint16_t port = 0;
  bool operator==(const HostPort&) const = default;
};

/// `HOST`, `HOST:PORT`, `[V6]` or `[V6]:PORT`. Where the text has no port it is `default_port`; without that
/// the port is compulsory. The error says what was expected.
std::expected<HostPort, std::string> parse_host_port(std::string_view text,
                                                     std::optional<std::uint16_t> default_port = {});
/// The same for an address to listen on, where `PORT` alone means every address, and port 0 any free port.
std::expected<HostPort, std::string> parse_listen(std::string_view text,
                                                  std::optional<std::uint16_t> default_port = {});

/// All addresses of a host, best first (RFC 6724). Blocks while names are looked up. An empty host is the
/// address to listen on everywhere.
std::expected<std::vector<PeerAddress>, std::string> resolve(const HostPort& target);

}  // namespace avocet::drive
