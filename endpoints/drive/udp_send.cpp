#include <netinet/in.h>
#include <netinet/udp.h>

#include <algorithm>
#include <array>
#include <cassert>
#include <cerrno>
#include <cstring>
#include <utility>

#include "endpoints/drive/address.hpp"
#include "endpoints/drive/udp_socket.hpp"

namespace avocet::drive {

namespace {

/// Control messages of one send, written one after the other.
class ControlWriter {
 public:
  template <class T>
  void add(int level, int type, const T& value) {
    auto* header = reinterpret_cast<cmsghdr*>(bytes_.data() + used_);
    header->cmsg_level = level;
    header->cmsg_type = type;
    header->cmsg_len = CMSG_LEN(sizeof value);
    std::memcpy(CMSG_DATA(header), &value, sizeof value);
    used_ += CMSG_SPACE(sizeof value);
    assert(used_ <= bytes_.size());
  }
  void attach(msghdr& message) {
    message.msg_control = used_ == 0 ? nullptr : bytes_.data();
    message.msg_controllen = used_;
  }

 private:
  alignas(
      cmsghdr) std::array<std::byte, CMSG_SPACE(sizeof(in6_pktinfo)) + 2 * CMSG_SPACE(sizeof(int))> bytes_{};
  std::size_t used_ = 0;
};

bool is_set(const PeerAddress& address) { return address.ip != PeerAddress{}.ip; }

/// An AF_INET6 socket that talks to a mapped address uses IPv4, and IPv4's control messages.
void write_route(ControlWriter& control, const Route& route, int family) {
  const bool v4 = family == AF_INET || route.to.is_v4() || route.from.is_v4();
  if (is_set(route.from) && v4) {
    in_pktinfo info{};
    std::memcpy(&info.ipi_spec_dst, route.from.ip.data() + 12, 4);
    control.add(IPPROTO_IP, IP_PKTINFO, info);
  } else if (is_set(route.from)) {
    in6_pktinfo info{};
    std::memcpy(&info.ipi6_addr, route.from.ip.data(), 16);
    control.add(IPPROTO_IPV6, IPV6_PKTINFO, info);
  }
  if (route.ecn != Ecn::not_ect) {
    const int field = static_cast<int>(route.ecn);
    v4 ? control.add(IPPROTO_IP, IP_TOS, field) : control.add(IPPROTO_IPV6, IPV6_TCLASS, field);
  }
}

/// The kernel or the device cannot segment; a plain send may still work.
bool refuses_segmentation(int error) {
  return error == EIO || error == EINVAL || error == EOPNOTSUPP || error == ENOPROTOOPT;
}

/// What fits every IPv6 path: 1280 - 48. EINVAL for a longer one may only mean that it exceeds the MTU.
constexpr std::size_t always_fits = 1232;

}  // namespace

SendResult UdpSocket::send(const Route& route, ByteView bytes, std::size_t segment) {
  if (family_ == AF_INET && is_set(route.to) && !route.to.is_v4())
    return {.sent = bytes.size(), .error = EAFNOSUPPORT};
  SendResult result;
  segment = std::clamp<std::size_t>(segment, 1, max_run);
  const std::size_t run = std::min(max_segments, max_run / segment) * segment;
  do {
    const ByteView next = bytes.subspan(result.sent, std::min(run, bytes.size() - result.sent));
    int error = 0;
    result.sent += segmentation_ && next.size() > segment ? send_segmented(route, next, segment, error)
                                                          : send_plain(route, next, segment, error);
    if (error == EAGAIN || error == EWOULDBLOCK) {
      result.blocked = true;
      return result;
    }
    if (error != 0) result.error = error;
  } while (result.sent < bytes.size());
  return result;
}

/// Bytes sent or given up; all of them or none. `error` is errno or 0.
std::size_t UdpSocket::send_segmented(const Route& route, ByteView run, std::size_t segment, int& error) {
  ControlWriter control;
  write_route(control, route, family_);
  control.add(IPPROTO_UDP, UDP_SEGMENT, static_cast<std::uint16_t>(segment));
  SocketAddress to;
  iovec vector{const_cast<std::byte*>(run.data()), run.size()};
  msghdr message{};
  if (is_set(route.to)) {
    to = to_socket_address(route.to, family_);
    message.msg_name = &to.storage;
    message.msg_namelen = to.length;
  }
  message.msg_iov = &vector;
  message.msg_iovlen = 1;
  control.attach(message);

  // The first try may only report what the network said of an earlier datagram.
  for (int tries = 0; tries < 2; ++tries) {
    if (sendmsg(descriptor_, &message, MSG_NOSIGNAL) >= 0) {
      error = 0;
      return run.size();
    }
    error = errno;
    if (error == EAGAIN || error == EWOULDBLOCK) return 0;
    if (refuses_segmentation(error)) {
      int plain_error = 0;
      const std::size_t sent = send_plain(route, run, segment, plain_error);
      if (plain_error == 0 && segment <= always_fits) segmentation_ = false;
      error = plain_error;
      return sent;
    }
    if (error != ECONNREFUSED) break;
    ++refused_;
  }
  return run.size();
}

/// Bytes sent or given up, whole datagrams. `error` is errno or 0.
std::size_t UdpSocket::send_plain(const Route& route, ByteView run, std::size_t segment, int& error) {
  ControlWriter control;
  write_route(control, route, family_);
  const SocketAddress to = to_socket_address(route.to, family_);
  std::array<iovec, max_segments> vectors;
  std::array<mmsghdr, max_segments> messages;
  std::size_t count = 0;
  std::size_t covered = 0;
  do {
    const std::size_t size = std::min(segment, run.size() - covered);
    vectors[count] = {const_cast<std::byte*>(run.data() + covered), size};
    msghdr& message = messages[count].msg_hdr;
    message = {};
    if (is_set(route.to)) {
      message.msg_name = const_cast<sockaddr_storage*>(&to.storage);
      message.msg_namelen = to.length;
    }
    message.msg_iov = &vectors[count];
    message.msg_iovlen = 1;
    control.attach(message);
    covered += size;
    ++count;
  } while (covered < run.size() && count < max_segments);

  std::size_t sent = 0;
  bool reported = false;
  for (std::size_t i = 0; i < count;) {
    const int done =
        sendmmsg(descriptor_, messages.data() + i, static_cast<unsigned>(count - i), MSG_NOSIGNAL);
    if (done > 0) {
      for (int n = 0; n < done; ++n, ++i) sent += vectors[i].iov_len;
      continue;
    }
    if (errno == EINTR) continue;
    if (errno == ECONNREFUSED) {
      ++refused_;
      if (!std::exchange(reported, true)) continue;
    }
    error = errno;
    if (error == EAGAIN || error == EWOULDBLOCK) return sent;
    sent += vectors[i].iov_len;
    ++i;
  }
  return sent;
}

}  // namespace avocet::drive
