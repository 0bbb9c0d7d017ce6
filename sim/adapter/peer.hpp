#pragma once

#include <ns3/inet-socket-address.h>
#include <ns3/node.h>
#include <ns3/packet.h>
#include <ns3/simulator.h>
#include <ns3/socket.h>
#include <ns3/uinteger.h>

#include <functional>
#include <memory>
#include <optional>
#include <utility>
#include <variant>
#include <vector>

#include "protocol/session/driving.hpp"
#include "sim/network/clock.hpp"
#include "sim/network/datagram_tag.hpp"
#include "sim/observe/observer.hpp"

namespace avocet::sim {

PeerAddress to_peer_address(ns3::Ipv4Address, std::uint16_t port);
ns3::InetSocketAddress to_ns3(const PeerAddress&);

/// A UDP socket of a simulated host, with what the core needs of one: ECN both ways, and a tag on each
/// datagram.
class Socket {
 public:
  /// `tag` says whose datagram it is.
  using Receive = std::function<void(const ns3::Ptr<ns3::Packet>&, PeerAddress from, Ecn, DatagramTag tag)>;
  Socket(const ns3::Ptr<ns3::Node>&, PeerAddress local, std::uint32_t end, Receive);
  ~Socket();
  Socket(const Socket&) = delete;
  Socket& operator=(const Socket&) = delete;

  void send(ByteView datagram, const PeerAddress& to, Ecn, std::uint64_t index);
  const PeerAddress& local() const { return local_; }

 private:
  void on_readable(ns3::Ptr<ns3::Socket>);

  ns3::Ptr<ns3::Socket> socket_;
  PeerAddress local_;
  std::uint32_t end_;
  Receive receive_;
};

/// Drives one core (service::Server, service::Client, ...) by a simulated socket and the simulator's events:
/// the loop of the driving contract on virtual time.
template <class Core>
class Peer {
 public:
  using Handler = std::function<void(typename Core::Output&, Time)>;

  Peer(Core& core, const ns3::Ptr<ns3::Node>& node, PeerAddress local, std::uint32_t end, Observer& observer,
       Handler handler)
      : core_(core),
        node_(node),
        local_(local),
        end_(end),
        observer_(observer),
        handler_(std::move(handler)) {
    move_to(local);
  }
  ~Peer() { wake_.Cancel(), drain_.Cancel(), read_.Cancel(); }
  Peer(const Peer&) = delete;
  Peer& operator=(const Peer&) = delete;

  /// Its datagrams go through another address of the host from now on, as a NAT does it: the core goes on
  /// with the address that it had.
  void move_to(const PeerAddress& outer) {
    socket_.emplace(node_, outer, end_,
                    [this](const ns3::Ptr<ns3::Packet>& packet, const PeerAddress& from, Ecn ecn,
                           const DatagramTag& tag) { receive(packet, from, ecn, tag); });
  }

  /// Datagrams wait in the socket until the next multiple of this.
  void read_every(Duration interval) { reads_every_ = interval; }
  /// Takes in what waits there.
  void read() {
    read_.Cancel();
    for (Waiting& w : std::exchange(waiting_, {})) {
      core_.receive(now(),
                    {.from = w.from, .to = local_, .ecn = w.ecn, .arrived = w.arrived, .bytes = w.bytes});
    }
    drain();
  }

  /// Any calls on the core, with everything that follows from them.
  template <class Calls>
  void call(Calls&& calls) {
    std::forward<Calls>(calls)(now());
    drain();
  }

 private:
  void receive(const ns3::Ptr<ns3::Packet>& packet, const PeerAddress& from, Ecn ecn,
               const DatagramTag& tag) {
    const std::size_t size = packet->CopyData(reinterpret_cast<std::uint8_t*>(incoming_.data()),
                                              static_cast<std::uint32_t>(incoming_.size()));
    const ByteSpan bytes = ByteSpan(incoming_).first(size);
    observer_.on_received(now(), {.end = end_,
                                  .sender = tag.end(),
                                  .index = tag.index(),
                                  .from = from,
                                  .to = socket_->local(),
                                  .ecn = ecn,
                                  .bytes = bytes});
    if (reads_every_ > Duration::zero()) return keep(from, ecn, bytes);
    core_.receive(now(), {.from = from, .to = local_, .ecn = ecn, .arrived = now(), .bytes = bytes});
    // Others may arrive at this very instant: the core answers all of them together.
    if (!drain_.IsRunning()) drain_ = ns3::Simulator::ScheduleNow(&Peer::drain, this);
  }

  void keep(const PeerAddress& from, Ecn ecn, ByteView bytes) {
    waiting_.push_back({from, ecn, now(), Bytes(bytes.begin(), bytes.end())});
    if (read_.IsRunning()) return;
    const Duration since = now().time_since_epoch() % reads_every_;
    read_ = ns3::Simulator::Schedule(to_ns3(reads_every_ - since), &Peer::read, this);
  }
  void wake() {
    core_.wake(now());
    drain();
  }

  void drain() {
    drain_.Cancel();
    constexpr std::size_t longest_run = 40;
    for (;;) {
      auto output = core_.poll(now(), room_, longest_run);
      if (const auto* transmit = std::get_if<session::Transmit>(&output)) {
        send(*transmit);
      } else if (const auto* wake = std::get_if<session::Wake>(&output)) {
        wake_.Cancel();
        if (wake->at) wake_ = ns3::Simulator::Schedule(to_ns3(*wake->at - now()), &Peer::wake, this);
        return;
      } else {
        handler_(output, now());
      }
    }
  }

  void send(const session::Transmit& transmit) {
    ByteView rest = ByteView(room_).first(transmit.size);
    while (!rest.empty()) {
      const ByteView datagram = rest.first(std::min(transmit.segment, rest.size()));
      rest = rest.subspan(datagram.size());
      const std::uint64_t index = sent_++;
      observer_.on_sent(now(), {.end = end_,
                                .sender = end_,
                                .index = index,
                                .from = socket_->local(),
                                .to = transmit.to,
                                .ecn = transmit.ecn,
                                .bytes = datagram});
      socket_->send(datagram, transmit.to, transmit.ecn, index);
    }
  }

  Core& core_;
  const ns3::Ptr<ns3::Node> node_;
  const PeerAddress local_;  // that the core knows
  const std::uint32_t end_;
  Observer& observer_;
  Handler handler_;
  std::optional<Socket> socket_;
  std::uint64_t sent_ = 0;
  ns3::EventId wake_, drain_, read_;
  struct Waiting {
    PeerAddress from;
    Ecn ecn;
    Time arrived;
    Bytes bytes;
  };
  std::vector<Waiting> waiting_;  // in the socket
  Duration reads_every_{};
  Bytes room_ = Bytes(64 << 10);
  Bytes incoming_ = Bytes(64 << 10);
};

}  // namespace avocet::sim
