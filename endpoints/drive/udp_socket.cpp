#include "endpoints/drive/udp_socket.hpp"

#include <fmt/format.h>
#include <netinet/in.h>
#include <netinet/udp.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

#include "endpoints/drive/address.hpp"

namespace avocet::drive {

namespace {

template <class T>
bool set(int descriptor, int level, int name, const T& value) {
  return setsockopt(descriptor, level, name, &value, sizeof value) == 0;
}

bool enable(int descriptor, int level, int name) { return set(descriptor, level, name, int{1}); }

/// The FORCE variants go beyond the system's limit and need CAP_NET_ADMIN.
void set_buffer(int descriptor, int forced, int plain, int bytes) {
  if (!set(descriptor, SOL_SOCKET, forced, bytes)) set(descriptor, SOL_SOCKET, plain, bytes);
}

int get_buffer(int descriptor, int name) {
  int bytes = 0;
  socklen_t length = sizeof bytes;
  getsockopt(descriptor, SOL_SOCKET, name, &bytes, &length);
  return bytes;
}

std::string reason(int error) { return std::strerror(error); }

}  // namespace

std::expected<UdpSocket, std::string> UdpSocket::bind(const PeerAddress& local,
                                                      const SocketOptions& options) {
  PeerAddress address = local;
  auto socket = open(address.is_v4() ? AF_INET : AF_INET6, options);
  if (!socket && address.ip == PeerAddress{}.ip) {
    address = PeerAddress::v4(0, 0, 0, 0, local.port);
    socket = open(AF_INET, options);
  }
  if (!socket) return socket;
  const SocketAddress name = to_socket_address(address, socket->family_);
  if (::bind(socket->descriptor_, name.data(), name.length) != 0) {
    return std::unexpected(fmt::format("cannot listen on {}: {}", to_string(address), reason(errno)));
  }
  socket->port_ = socket->local().port;
  return socket;
}

std::expected<UdpSocket, std::string> UdpSocket::connect(const PeerAddress& peer,
                                                         const SocketOptions& options) {
  auto socket = open(peer.is_v4() ? AF_INET : AF_INET6, options);
  if (!socket) return socket;
  const SocketAddress name = to_socket_address(peer, socket->family_);
  if (::connect(socket->descriptor_, name.data(), name.length) != 0) {
    return std::unexpected(fmt::format("cannot reach {}: {}", to_string(peer), reason(errno)));
  }
  socket->port_ = socket->local().port;
  return socket;
}

std::expected<UdpSocket, std::string> UdpSocket::open(int family, const SocketOptions& options) {
  const int descriptor = ::socket(family, SOCK_DGRAM | SOCK_NONBLOCK | SOCK_CLOEXEC, IPPROTO_UDP);
  if (descriptor < 0) return std::unexpected(fmt::format("cannot open a UDP socket: {}", reason(errno)));
  UdpSocket socket(descriptor, family);
  socket.set_options(options);
  return socket;
}

void UdpSocket::set_options(const SocketOptions& options) {
  const int d = descriptor_;
  if (family_ == AF_INET6) {
    set(d, IPPROTO_IPV6, IPV6_V6ONLY, int{0});
    enable(d, IPPROTO_IPV6, IPV6_RECVTCLASS);
    enable(d, IPPROTO_IPV6, IPV6_RECVPKTINFO);
    if (options.dont_fragment) set(d, IPPROTO_IPV6, IPV6_MTU_DISCOVER, int{IPV6_PMTUDISC_PROBE});
  }
  enable(d, IPPROTO_IP, IP_RECVTOS);
  enable(d, IPPROTO_IP, IP_PKTINFO);
  if (options.dont_fragment) set(d, IPPROTO_IP, IP_MTU_DISCOVER, int{IP_PMTUDISC_PROBE});

  enable(d, SOL_SOCKET, SO_TIMESTAMPNS);
  enable(d, SOL_SOCKET, SO_RXQ_OVFL);
  if (options.reuse_port) enable(d, SOL_SOCKET, SO_REUSEPORT);
  set_buffer(d, SO_RCVBUFFORCE, SO_RCVBUF, options.receive_buffer);
  set_buffer(d, SO_SNDBUFFORCE, SO_SNDBUF, options.send_buffer);

  // A segment size of 0 changes nothing and tells whether the kernel knows the option.
  segmentation_ = options.offload && set(d, IPPROTO_UDP, UDP_SEGMENT, int{0});
  merging_ = options.offload && enable(d, IPPROTO_UDP, UDP_GRO);
}

UdpSocket::UdpSocket(UdpSocket&& other) noexcept { *this = std::move(other); }

UdpSocket& UdpSocket::operator=(UdpSocket&& other) noexcept {
  if (this == &other) return *this;
  if (descriptor_ >= 0) close(descriptor_);
  descriptor_ = std::exchange(other.descriptor_, -1);
  family_ = other.family_;
  segmentation_ = other.segmentation_;
  merging_ = other.merging_;
  port_ = other.port_;
  refused_ = other.refused_;
  overflowed_ = other.overflowed_;
  return *this;
}

UdpSocket::~UdpSocket() {
  if (descriptor_ >= 0) close(descriptor_);
}

PeerAddress UdpSocket::local() const {
  SocketAddress name;
  name.length = sizeof name.storage;
  getsockname(descriptor_, reinterpret_cast<sockaddr*>(&name.storage), &name.length);
  return from_socket_address(name.storage);
}

int UdpSocket::receive_buffer() const { return get_buffer(descriptor_, SO_RCVBUF); }
int UdpSocket::send_buffer() const { return get_buffer(descriptor_, SO_SNDBUF); }

}  // namespace avocet::drive
