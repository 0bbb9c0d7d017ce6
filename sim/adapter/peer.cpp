#include "sim/adapter/peer.hpp"

#include <ns3/udp-socket-factory.h>

namespace avocet::sim {
namespace {

constexpr std::uint8_t ecn_bits = 3;

/// Large enough for whatever arrives at one instant: the simulated kernel loses nothing, the network does.
constexpr std::uint32_t receive_buffer = 16 << 20;

}  // namespace

PeerAddress to_peer_address(ns3::Ipv4Address address, std::uint16_t port) {
  const std::uint32_t ip = address.Get();
  return PeerAddress::v4(static_cast<std::uint8_t>(ip >> 24), static_cast<std::uint8_t>(ip >> 16),
                         static_cast<std::uint8_t>(ip >> 8), static_cast<std::uint8_t>(ip), port);
}

ns3::InetSocketAddress to_ns3(const PeerAddress& address) {
  const auto& b = address.ip;
  const std::uint32_t ip = std::uint32_t{b[12]} << 24 | std::uint32_t{b[13]} << 16 |
                           std::uint32_t{b[14]} << 8 | std::uint32_t{b[15]};
  return {ns3::Ipv4Address(ip), address.port};
}

Socket::Socket(const ns3::Ptr<ns3::Node>& node, PeerAddress local, std::uint32_t end, Receive receive)
    : socket_(ns3::Socket::CreateSocket(node, ns3::UdpSocketFactory::GetTypeId())),
      local_(local),
      end_(end),
      receive_(std::move(receive)) {
  socket_->SetAttribute("RcvBufSize", ns3::UintegerValue(receive_buffer));
  socket_->Bind(to_ns3(local));
  socket_->SetIpRecvTos(true);
  socket_->SetRecvCallback(ns3::MakeCallback(&Socket::on_readable, this));
}

Socket::~Socket() {
  socket_->SetRecvCallback(ns3::MakeNullCallback<void, ns3::Ptr<ns3::Socket>>());
  socket_->Close();
}

void Socket::send(ByteView datagram, const PeerAddress& to, Ecn ecn, std::uint64_t index) {
  const auto packet = ns3::Create<ns3::Packet>(reinterpret_cast<const std::uint8_t*>(datagram.data()),
                                               static_cast<std::uint32_t>(datagram.size()));
  packet->AddByteTag(DatagramTag(end_, index));
  ns3::InetSocketAddress far_end = to_ns3(to);
  far_end.SetTos(static_cast<std::uint8_t>(ecn));  // ns-3 asks the address of a datagram, not its socket
  socket_->SendTo(packet, 0, far_end);
}

void Socket::on_readable(ns3::Ptr<ns3::Socket> socket) {
  ns3::Address from;
  while (const ns3::Ptr<ns3::Packet> packet = socket->RecvFrom(from)) {
    ns3::SocketIpTosTag tos;
    const auto ecn = packet->PeekPacketTag(tos) ? static_cast<Ecn>(tos.GetTos() & ecn_bits) : Ecn::not_ect;
    const auto inet = ns3::InetSocketAddress::ConvertFrom(from);
    DatagramTag tag;
    packet->FindFirstMatchingByteTag(tag);
    receive_(packet, to_peer_address(inet.GetIpv4(), inet.GetPort()), ecn, tag);
  }
}

}  // namespace avocet::sim
