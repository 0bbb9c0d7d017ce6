#include "endpoints/drive/address.hpp"

#include <arpa/inet.h>
#include <fmt/format.h>
#include <netdb.h>
#include <netinet/in.h>

#include <algorithm>
#include <charconv>
#include <cstring>
#include <memory>

namespace avocet::drive {

namespace {

std::unexpected<std::string> expected(std::string_view text, std::string_view what) {
  return std::unexpected(fmt::format("'{}': expected {}", text, what));
}

std::expected<std::uint16_t, std::string> parse_port(std::string_view text) {
  unsigned port = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), port);
  if (error != std::errc{} || end != text.data() + text.size() || port > 65'535) {
    return expected(text, "a port from 1 to 65535");
  }
  return static_cast<std::uint16_t>(port);
}

bool all_digits(std::string_view text) {
  return !text.empty() && text.find_first_not_of("0123456789") == std::string_view::npos;
}

std::expected<HostPort, std::string> parse(std::string_view text, std::optional<std::uint16_t> default_port) {
  std::string_view host = text;
  std::string_view rest;  // from the colon before the port on
  if (text.starts_with('[')) {
    const std::size_t close = text.find(']');
    if (close == std::string_view::npos)
      return expected(text, "a ']' after the IPv6 address, as in [::1]:4747");
    host = text.substr(1, close - 1);
    rest = text.substr(close + 1);
    if (!rest.empty() && !rest.starts_with(':')) return expected(text, "a ':' and a port after the ']'");
  } else if (const std::size_t colon = text.find(':'); colon != std::string_view::npos) {
    if (text.find(':', colon + 1) != std::string_view::npos) {
      return expected(text, "an IPv6 address in brackets, as in [::1]:4747");
    }
    host = text.substr(0, colon);
    rest = text.substr(colon);
  }

  if (rest.empty()) {
    if (!default_port) return expected(text, "a port too, as in 192.0.2.1:4747");
    return HostPort{std::string(host), *default_port};
  }
  const auto port = parse_port(rest.substr(1));
  if (!port) return std::unexpected(port.error());
  return HostPort{std::string(host), *port};
}

}  // namespace

SocketAddress to_socket_address(const PeerAddress& address, int family) {
  SocketAddress out;
  if (family == AF_INET) {
    sockaddr_in v4{};
    v4.sin_family = AF_INET;
    v4.sin_port = htons(address.port);
    std::memcpy(&v4.sin_addr, address.ip.data() + 12, 4);
    std::memcpy(&out.storage, &v4, sizeof v4);
    out.length = sizeof v4;
  } else {
    sockaddr_in6 v6{};
    v6.sin6_family = AF_INET6;
    v6.sin6_port = htons(address.port);
    std::memcpy(&v6.sin6_addr, address.ip.data(), 16);
    std::memcpy(&out.storage, &v6, sizeof v6);
    out.length = sizeof v6;
  }
  return out;
}

PeerAddress from_socket_address(const sockaddr_storage& storage) {
  PeerAddress address;
  if (storage.ss_family == AF_INET) {
    sockaddr_in v4;
    std::memcpy(&v4, &storage, sizeof v4);
    address = PeerAddress::v4(0, 0, 0, 0, ntohs(v4.sin_port));
    std::memcpy(address.ip.data() + 12, &v4.sin_addr, 4);
  } else if (storage.ss_family == AF_INET6) {
    sockaddr_in6 v6;
    std::memcpy(&v6, &storage, sizeof v6);
    address.port = ntohs(v6.sin6_port);
    std::memcpy(address.ip.data(), &v6.sin6_addr, 16);
  }
  return address;
}

std::expected<HostPort, std::string> parse_host_port(std::string_view text,
                                                     std::optional<std::uint16_t> default_port) {
  auto target = parse(text, default_port);
  if (target && target->host.empty()) return expected(text, "a host, as in 192.0.2.1:4747");
  if (target && target->port == 0) return expected(text, "a port from 1 to 65535");
  return target;
}

std::expected<HostPort, std::string> parse_listen(std::string_view text,
                                                  std::optional<std::uint16_t> default_port) {
  if (!all_digits(text)) return parse(text, default_port);
  const auto port = parse_port(text);
  if (!port) return std::unexpected(port.error());
  return HostPort{{}, *port};
}

std::expected<std::vector<PeerAddress>, std::string> resolve(const HostPort& target) {
  if (target.host.empty()) return std::vector{PeerAddress{{}, target.port}};
  addrinfo hints{};
  hints.ai_family = AF_UNSPEC;
  hints.ai_socktype = SOCK_DGRAM;
  addrinfo* found = nullptr;
  const int error = getaddrinfo(target.host.c_str(), nullptr, &hints, &found);
  if (error != 0) {
    return std::unexpected(fmt::format("cannot find the host '{}' ({}); check its spelling and your network",
                                       target.host, gai_strerror(error)));
  }
  const std::unique_ptr<addrinfo, decltype(&freeaddrinfo)> owner(found, &freeaddrinfo);
  std::vector<PeerAddress> addresses;
  for (const addrinfo* a = found; a != nullptr; a = a->ai_next) {
    sockaddr_storage storage{};
    std::memcpy(&storage, a->ai_addr, std::min<std::size_t>(a->ai_addrlen, sizeof storage));
    PeerAddress address = from_socket_address(storage);
    address.port = target.port;
    if (std::ranges::find(addresses, address) == addresses.end()) addresses.push_back(address);
  }
  return addresses;
}

}  // namespace avocet::drive
