#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <variant>
#include <vector>

#include "protocol/session/driving.hpp"
#include "sim/link/link.hpp"

namespace avocet::test {

/// A server and its clients on a virtual clock, each client behind a pair of seeded bad links. Steps from
/// event to event; the same seed gives the same bytes, of which it keeps a hash. `Server` and `Client` follow
/// the driving contract.
template <class Server, class Client>
class World {
 public:
  explicit World(std::uint64_t seed) : seed_(seed) {}

  static constexpr PeerAddress server_address = PeerAddress::v4(192, 0, 2, 1, 4747);
  static PeerAddress client_address(std::size_t i) {
    return PeerAddress::v4(198, 51, 100, static_cast<std::uint8_t>(1 + i % 250),
                           static_cast<std::uint16_t>(10000 + i));
  }

  void set_server(std::unique_ptr<Server> server) { server_ = std::move(server); }
  /// At an address of its own, unless one is given.
  std::size_t add_client(std::unique_ptr<Client> client, const link::LinkConfig& up,
                         const link::LinkConfig& down, std::optional<PeerAddress> address = {}) {
    const std::uint64_t n = clients_.size();
    clients_.push_back(std::make_unique<Peer>(std::move(client), link::Link(up, seed_ * 1000 + 2 * n),
                                              link::Link(down, seed_ * 1000 + 2 * n + 1)));
    clients_.back()->addresses.push_back(address.value_or(client_address(n)));
    return clients_.size() - 1;
  }

  Server& server() { return *server_; }
  Client& client(std::size_t i = 0) { return *clients_[i]->client; }
  /// In the place of another, at its address. Not from a handler.
  void set_client(std::size_t i, std::unique_ptr<Client> client) { clients_[i]->client = std::move(client); }
  void remove_client(std::size_t i) { clients_[i]->client.reset(); }
  /// A NAT gives the client another address, or it moved without a word: nothing reaches it at the old one.
  void rebind(std::size_t i, PeerAddress address) {
    clients_[i]->reachable_from = clients_[i]->addresses.size();
    clients_[i]->addresses.push_back(address);
  }
  /// The client has another address besides, and sends from there.
  void add_address(std::size_t i, PeerAddress address) { clients_[i]->addresses.push_back(address); }
  link::Link& up(std::size_t i = 0) { return clients_[i]->up; }
  link::Link& down(std::size_t i = 0) { return clients_[i]->down; }
  Time now() const { return now_; }
  std::uint64_t hash() const { return hash_; }

  /// Called with each event; the generic parameter is whatever the contract's output holds besides Transmit
  /// and Wake.
  std::function<void(typename Server::Output&)> on_server = [](auto&) {};
  std::function<void(std::size_t, typename Client::Output&)> on_client = [](std::size_t, auto&) {};

  /// Called with every datagram that is sent, either way.
  std::function<void(const session::Transmit&, ByteView)> on_datagram = [](auto&, ByteView) {};

  void run_for(Duration span) {
    run_until([] { return false; }, span);
  }

  /// Runs until `done` or for `limit`; says whether it was done.
  bool run_until(const std::function<bool()>& done, Duration limit) {
    const Time end = now_ + limit;
    drain_all();
    while (!done()) {
      const Time next = next_time();
      if (next > end) {
        now_ = end;
        return false;
      }
      now_ = std::max(now_, next);
      step();
    }
    return true;
  }

 private:
  struct Peer {
    Peer(std::unique_ptr<Client> c, link::Link u, link::Link d)
        : client(std::move(c)), up(std::move(u)), down(std::move(d)) {}
    std::unique_ptr<Client> client;
    link::Link up, down;
    std::optional<Time> wake;
    std::vector<PeerAddress> addresses;  // all that it ever had; it sends from the last
    std::size_t reachable_from = 0;      // the first of those that still reach it
  };

  Time next_time() const {
    Time next = server_wake_.value_or(Time::max());
    for (const auto& peer : clients_) {
      if (peer->wake && peer->client) next = std::min(next, *peer->wake);
      next = std::min(next, peer->up.next().value_or(Time::max()));
      next = std::min(next, peer->down.next().value_or(Time::max()));
    }
    return next;
  }

  void step() {
    for (std::size_t i = 0; i < clients_.size(); ++i) {
      Peer& peer = *clients_[i];
      while (auto arrived = peer.up.pop(now_))
        deliver(*server_, *arrived, peer.addresses[arrived->tag], server_address);
      while (auto arrived = peer.down.pop(now_)) {
        if (peer.client && arrived->tag >= peer.reachable_from)
          deliver(*peer.client, *arrived, server_address, peer.addresses[arrived->tag]);
      }
    }
    if (server_wake_ && *server_wake_ <= now_) server_->wake(now_);
    for (auto& peer : clients_) {
      if (peer->client && peer->wake && *peer->wake <= now_) peer->client->wake(now_);
    }
    drain_all();
  }

  template <class Thing>
  void deliver(Thing& thing, link::Delivery& arrived, PeerAddress from, PeerAddress to) {
    thing.receive(now_,
                  {.from = from, .to = to, .ecn = arrived.ecn, .arrived = now_, .bytes = arrived.bytes});
  }

  void drain_all() {
    server_wake_ = drain(
        *server_,
        [this](const session::Transmit& t, ByteView bytes) {
          for (auto& peer : clients_) {
            const auto found = std::ranges::find(peer->addresses, t.to);
            if (found != peer->addresses.end())
              push(peer->down, t, bytes, static_cast<std::uint64_t>(found - peer->addresses.begin()));
          }
        },
        on_server);
    for (std::size_t i = 0; i < clients_.size(); ++i) {
      Peer& peer = *clients_[i];
      if (!peer.client) continue;
      peer.wake = drain(
          *peer.client,
          [&](const session::Transmit& t, ByteView bytes) {
            push(peer.up, t, bytes, peer.addresses.size() - 1);
          },
          [&](auto& event) { on_client(i, event); });
    }
  }

  template <class Thing, class Send, class Tell>
  std::optional<Time> drain(Thing& thing, Send send, Tell&& tell) {
    for (;;) {
      auto output = thing.poll(now_, room_, 40);
      if (const auto* transmit = std::get_if<session::Transmit>(&output)) {
        send(*transmit, ByteView(room_).first(transmit->size));
      } else if (const auto* wake = std::get_if<session::Wake>(&output)) {
        return wake->at;
      } else {
        tell(output);
      }
    }
  }

  /// `address` says which of the client's it leaves from or goes to.
  void push(link::Link& link, const session::Transmit& t, ByteView bytes, std::uint64_t address) {
    for (std::size_t at = 0; at < bytes.size(); at += t.segment) {
      const ByteView datagram = bytes.subspan(at, std::min(t.segment, bytes.size() - at));
      for (std::byte b : datagram) hash_ = (hash_ ^ std::to_integer<std::uint64_t>(b)) * 0x100000001b3ull;
      on_datagram(t, datagram);
      link.push(now_, datagram, t.ecn, address);
    }
  }

  std::uint64_t seed_;
  std::uint64_t hash_ = 0xcbf29ce484222325ull;
  Time now_{1s};
  Bytes room_ = Bytes(64 << 10);
  std::unique_ptr<Server> server_;
  std::optional<Time> server_wake_;
  std::vector<std::unique_ptr<Peer>> clients_;
};

}  // namespace avocet::test
