#include <netinet/in.h>
#include <netinet/udp.h>
#include <time.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <optional>

#include "endpoints/drive/address.hpp"
#include "endpoints/drive/clock.hpp"
#include "endpoints/drive/udp_socket.hpp"

namespace avocet::drive {

namespace {

template <class T>
T value_of(const cmsghdr& header) {
  T value{};
  std::memcpy(&value, CMSG_DATA(&header), sizeof value);
  return value;
}

Ecn ecn_of(int traffic_class) { return static_cast<Ecn>(traffic_class & 3); }

}  // namespace

std::span<const Received> UdpSocket::receive(ReceiveBatch& batch) {
  batch.prepare();
  int count = -1;
  for (int tries = 0; tries < 4 && count < 0; ++tries) {
    count = recvmmsg(descriptor_, batch.messages_.data(), ReceiveBatch::runs, MSG_DONTWAIT, nullptr);
    if (count < 0 && (errno == EAGAIN || errno == EWOULDBLOCK)) return {};
    if (count < 0 && errno == ECONNREFUSED) ++refused_;
  }
  if (count <= 0) return {};

  const TimestampMapping clock;
  for (std::size_t i = 0; i < static_cast<std::size_t>(count); ++i) {
    Received& run = batch.received_[i];
    run = {};
    run.from = from_socket_address(batch.sources_[i]);
    run.to.port = port_;
    run.bytes = ByteSpan(batch.bytes_).subspan(i * ReceiveBatch::run_size, batch.messages_[i].msg_len);
    run.segment = run.bytes.size();
    read_control(batch.messages_[i].msg_hdr, clock, run);
  }
  return {batch.received_.data(), static_cast<std::size_t>(count)};
}

void UdpSocket::read_control(const msghdr& header, const TimestampMapping& clock, Received& run) {
  std::optional<timespec> stamp;
  auto* mutable_header = const_cast<msghdr*>(&header);
  for (cmsghdr* c = CMSG_FIRSTHDR(mutable_header); c != nullptr; c = CMSG_NXTHDR(mutable_header, c)) {
    if (c->cmsg_level == SOL_SOCKET && c->cmsg_type == SO_TIMESTAMPNS) stamp = value_of<timespec>(*c);
    if (c->cmsg_level == SOL_SOCKET && c->cmsg_type == SO_RXQ_OVFL) overflowed_ = value_of<std::uint32_t>(*c);
    if (c->cmsg_level == IPPROTO_IP && c->cmsg_type == IP_TOS) run.ecn = ecn_of(value_of<std::uint8_t>(*c));
    if (c->cmsg_level == IPPROTO_IPV6 && c->cmsg_type == IPV6_TCLASS) run.ecn = ecn_of(value_of<int>(*c));
    if (c->cmsg_level == IPPROTO_IP && c->cmsg_type == IP_PKTINFO) {
      const auto info = value_of<in_pktinfo>(*c);
      run.to.ip = PeerAddress::v4(0, 0, 0, 0, 0).ip;
      std::memcpy(run.to.ip.data() + 12, &info.ipi_addr, 4);
    }
    if (c->cmsg_level == IPPROTO_IPV6 && c->cmsg_type == IPV6_PKTINFO) {
      const auto info = value_of<in6_pktinfo>(*c);
      std::memcpy(run.to.ip.data(), &info.ipi6_addr, 16);
    }
    if (c->cmsg_level == IPPROTO_UDP && c->cmsg_type == UDP_GRO) {
      const int size = value_of<int>(*c);
      if (size > 0) run.segment = std::min(run.bytes.size(), static_cast<std::size_t>(size));
    }
  }
  run.arrived = clock.map(stamp);
}

}  // namespace avocet::drive
