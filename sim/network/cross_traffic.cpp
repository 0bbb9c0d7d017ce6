#include "sim/network/cross_traffic.hpp"

#include <ns3/inet-socket-address.h>
#include <ns3/packet.h>
#include <ns3/tcp-bbr.h>
#include <ns3/tcp-congestion-ops.h>
#include <ns3/tcp-cubic.h>
#include <ns3/tcp-dctcp.h>
#include <ns3/tcp-l4-protocol.h>
#include <ns3/tcp-socket-factory.h>
#include <ns3/tcp-socket.h>
#include <ns3/type-id.h>
#include <ns3/udp-socket-factory.h>
#include <ns3/uinteger.h>

#include <cmath>
#include <limits>

#include "sim/network/clock.hpp"

namespace avocet::sim {
namespace {

constexpr std::uint16_t port = 5001;
constexpr std::uint32_t segment = 1448, buffer = 4 << 20;

ns3::TypeId congestion_control(const std::string& variant) {
  if (variant == "bbr") return ns3::TcpBbr::GetTypeId();
  if (variant == "dctcp") return ns3::TcpDctcp::GetTypeId();
  return variant == "cubic" ? ns3::TcpCubic::GetTypeId() : ns3::TcpNewReno::GetTypeId();
}

ns3::Ptr<ns3::Socket> tcp_socket(const Topology::Host& host, const std::string& variant) {
  host.node->GetObject<ns3::TcpL4Protocol>()->SetAttribute("SocketType",
                                                           ns3::TypeIdValue(congestion_control(variant)));
  const auto socket = ns3::Socket::CreateSocket(host.node, ns3::TcpSocketFactory::GetTypeId());
  socket->SetAttribute("SegmentSize", ns3::UintegerValue(segment));
  socket->SetAttribute("SndBufSize", ns3::UintegerValue(buffer));
  socket->SetAttribute("RcvBufSize", ns3::UintegerValue(buffer));
  return socket;
}

void begin_record(FlowRecord& record, const Flow& flow) {
  record.name = flow.name;
  record.start = flow.start;
  record.stop = flow.stop;
}

/// Takes everything out of a socket and notes it.
void drain(const ns3::Ptr<ns3::Socket>& socket, FlowRecord& record) {
  while (const auto packet = socket->Recv()) {
    record.received.push_back({now(), packet->GetSize()});
  }
}

}  // namespace

TcpFlow::TcpFlow(const Flow& flow, Topology& topology, std::uint64_t seed, FlowRecord& record)
    : flow_(flow),
      random_(seed),
      record_(record),
      sender_(topology.add_host(flow.from, flow.delay)),
      receiver_(topology.add_host(flow.to, {})) {
  begin_record(record_, flow);
  listen();
  const double first_idle = flow.tcp.mean_idle == Duration{} ? 0 : -std::log(1 - random_.uniform());
  const Duration idle = seconds_of(to_seconds(flow.tcp.mean_idle) * first_idle);
  ns3::Simulator::Schedule(to_ns3(flow.start + idle), &TcpFlow::begin, this);
}

void TcpFlow::listen() {
  listening_ = tcp_socket(receiver_, flow_.tcp.variant);
  listening_->Bind(ns3::InetSocketAddress(ns3::Ipv4Address::GetAny(), port));
  listening_->Listen();
  listening_->SetAcceptCallback(ns3::MakeNullCallback<bool, ns3::Ptr<ns3::Socket>, const ns3::Address&>(),
                                ns3::MakeCallback(&TcpFlow::on_accepted, this));
}

void TcpFlow::begin() {
  if (now() >= Time(flow_.stop)) return;
  const Tcp& tcp = flow_.tcp;
  left_ = tcp.largest == 0 ? std::numeric_limits<std::uint64_t>::max()
                           : tcp.smallest + random_.below(tcp.largest - tcp.smallest + 1);
  sending_ = tcp_socket(sender_, tcp.variant);
  sending_->Bind();
  sending_->SetSendCallback(ns3::MakeCallback(&TcpFlow::fill, this));
  sending_->Connect(ns3::InetSocketAddress(receiver_.address, port));
}

void TcpFlow::fill(ns3::Ptr<ns3::Socket> socket, std::uint32_t) {
  if (socket != sending_) return;
  if (now() >= Time(flow_.stop)) left_ = 0;
  while (left_ > 0 && socket->GetTxAvailable() > 0) {
    const auto size =
        static_cast<std::uint32_t>(std::min<std::uint64_t>({left_, socket->GetTxAvailable(), 16 * segment}));
    const int taken = socket->Send(ns3::Create<ns3::Packet>(size));
    if (taken <= 0) return;
    left_ -= static_cast<std::uint64_t>(taken);
  }
  if (left_ == 0) end_transfer();
}

void TcpFlow::end_transfer() {
  sending_->Close();
  sending_ = nullptr;
  if (flow_.tcp.largest == 0) return;
  const double idle = -std::log(1 - random_.uniform());
  ns3::Simulator::Schedule(to_ns3(seconds_of(to_seconds(flow_.tcp.mean_idle) * idle)), &TcpFlow::begin, this);
}

void TcpFlow::on_accepted(ns3::Ptr<ns3::Socket> socket, const ns3::Address&) {
  socket->SetRecvCallback(ns3::MakeCallback(&TcpFlow::on_arrived, this));
}

void TcpFlow::on_arrived(ns3::Ptr<ns3::Socket> socket) { drain(socket, record_); }

ConstantFlow::ConstantFlow(const Flow& flow, Topology& topology, FlowRecord& record)
    : flow_(flow),
      schedule_(flow.constant.rate),
      record_(record),
      sender_(topology.add_host(flow.from, flow.delay)),
      receiver_(topology.add_host(flow.to, {})) {
  begin_record(record_, flow);
  receiving_ = ns3::Socket::CreateSocket(receiver_.node, ns3::UdpSocketFactory::GetTypeId());
  receiving_->Bind(ns3::InetSocketAddress(ns3::Ipv4Address::GetAny(), port));
  receiving_->SetRecvCallback(ns3::MakeCallback(&ConstantFlow::on_arrived, this));
  sending_ = ns3::Socket::CreateSocket(sender_.node, ns3::UdpSocketFactory::GetTypeId());
  sending_->Bind();
  ns3::Simulator::Schedule(to_ns3(flow.start), &ConstantFlow::send, this);
}

/// One datagram each time that the schedule has let one through since the last.
void ConstantFlow::send() {
  const Duration at = now().time_since_epoch();
  if (at >= flow_.stop) return;
  constexpr std::uint32_t headers = 28;  // IPv4 and UDP count for the rate
  const Duration next = schedule_.finish(at, DataSize::bytes(flow_.constant.datagram + headers));
  if (next == Duration::max()) return;
  ns3::Simulator::Schedule(to_ns3(next - at), [this] {
    if (now() >= Time(flow_.stop)) return;
    sending_->SendTo(ns3::Create<ns3::Packet>(flow_.constant.datagram), 0,
                     ns3::InetSocketAddress(receiver_.address, port));
    send();
  });
}

void ConstantFlow::on_arrived(ns3::Ptr<ns3::Socket> socket) { drain(socket, record_); }

}  // namespace avocet::sim
