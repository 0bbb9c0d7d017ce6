#pragma once

#include <algorithm>
#include <functional>
#include <optional>
#include <vector>

#include "protocol/session/driving.hpp"
#include "protocol/session/session.hpp"
#include "tests/bench/measure.hpp"
#include "tests/support/credentials.hpp"

namespace avocet::bench {

/// A server of many clients on a virtual clock, over a network that takes no time. Knows what CPU time and
/// what memory the server's part alone takes. `Server` follows the driving contract.
template <class Server>
class Crowd {
 public:
  static constexpr PeerAddress server_address = PeerAddress::v4(192, 0, 2, 1, 4747);

  explicit Crowd(Server& server) : server_(server) { to_clients_.reserve(16 << 10); }

  /// Addresses from 10.0.0.0 on; strangers should use others.
  static PeerAddress address(std::size_t client) {
    return PeerAddress::v4(10, static_cast<std::uint8_t>(client >> 16),
                           static_cast<std::uint8_t>(client >> 8), static_cast<std::uint8_t>(client), 40'000);
  }

  void connect(std::size_t count, const session::ClientCredentials& credentials) {
    for (; count > 0; --count) {
      const std::size_t i = clients_.size();
      clients_.push_back({session::Session::connect({}, credentials, server_address, Entropy::of(1000 + i),
                                                    now_, test::calendar),
                          now_});
    }
    settle();
  }

  /// Lets `span` go by in steps.
  void advance(Duration span) {
    now_ += span;
    settle();
  }

  /// A datagram that is no client's, handed to the server with the next settle().
  void inject(PeerAddress from, Bytes bytes) { to_server_.push_back({from, std::move(bytes)}); }

  Time now() const { return now_; }
  session::Session& client(std::size_t i) { return clients_[i].session; }
  std::size_t connected() const {
    return static_cast<std::size_t>(
        std::ranges::count_if(clients_, [](const Client& c) { return c.session.connected(); }));
  }
  double server_cpu() const { return server_cpu_; }
  /// Bytes of the heap that the server's calls left in use.
  std::int64_t server_heap() const { return server_heap_; }
  /// Sent by the server to addresses that are no client's.
  std::uint64_t bytes_to_strangers() const { return bytes_to_strangers_; }
  std::uint64_t frames_received() const { return frames_received_; }

  /// Hears the server's events.
  template <class Hear>
  void set_hear(Hear hear) {
    hear_ = std::move(hear);
  }
  /// Calls into the server, charged to it.
  template <class Call>
  void call(Call&& call) {
    charge([&] { call(server_); });
  }

 private:
  struct Client {
    session::Session session;
    std::optional<Time> wake;
  };
  struct Packet {
    PeerAddress peer;
    Bytes bytes;
  };
  struct Answer {
    PeerAddress to;
    std::size_t at, size;  // in arena_
  };

  template <class Work>
  void charge(Work&& work) {
    const auto heap = static_cast<std::int64_t>(heap_in_use());
    server_cpu_ += cpu_of(work);
    server_heap_ += static_cast<std::int64_t>(heap_in_use()) - heap;
  }

  /// Until nobody has anything more to say at this instant.
  void settle() {
    do {
      for (std::size_t i = 0; i < clients_.size(); ++i) {
        if (!clients_[i].wake || *clients_[i].wake > now_) continue;
        clients_[i].session.wake(now_);
        drain_client(i);
      }
      to_clients_.clear();
      arena_used_ = 0;
      charge([this] { serve(); });
      to_server_.clear();
      for (const Answer& answer : to_clients_) {
        const std::size_t i = client_at(answer.to);
        clients_[i].session.receive(now_, {.from = server_address,
                                           .to = answer.to,
                                           .arrived = now_,
                                           .bytes = ByteSpan(arena_).subspan(answer.at, answer.size)});
        drain_client(i);
      }
    } while (!to_server_.empty());
  }

  void serve() {
    for (Packet& packet : to_server_) {
      server_.receive(now_,
                      {.from = packet.peer, .to = server_address, .arrived = now_, .bytes = packet.bytes});
    }
    server_.wake(now_);
    for (;;) {
      auto output = server_.poll(now_, room_, 40);
      if (std::holds_alternative<session::Wake>(output)) return;
      if (const auto* t = std::get_if<session::Transmit>(&output)) {
        cut(*t);
      } else if (hear_) {
        hear_(output, now_);
      }
    }
  }

  void cut(const session::Transmit& t) {
    if (client_at(t.to) >= clients_.size()) {
      bytes_to_strangers_ += t.size;
      return;
    }
    for (std::size_t at = 0; at < t.size; at += t.segment) {
      const auto bytes = ByteView(room_).subspan(at, std::min(t.segment, t.size - at));
      std::ranges::copy(bytes, arena_.begin() + static_cast<std::ptrdiff_t>(arena_used_));
      to_clients_.push_back({t.to, arena_used_, bytes.size()});
      arena_used_ += bytes.size();
    }
  }

  void drain_client(std::size_t i) {
    for (;;) {
      auto output = clients_[i].session.poll(now_, room_, 40);
      if (const auto* wake = std::get_if<session::Wake>(&output)) {
        clients_[i].wake = wake->at;
        return;
      }
      if (const auto* t = std::get_if<session::Transmit>(&output)) {
        for (std::size_t at = 0; at < t->size; at += t->segment) {
          const auto bytes = ByteView(room_).subspan(at, std::min(t->segment, t->size - at));
          to_server_.push_back({address(i), Bytes(bytes.begin(), bytes.end())});
        }
      } else if (std::holds_alternative<session::FrameReceived>(std::get<session::Event>(output))) {
        ++frames_received_;
      }
    }
  }

  /// The client of that address; past the end for strangers.
  std::size_t client_at(const PeerAddress& address) const {
    if (address.port != 40'000 || address.ip[12] != 10) return clients_.size();
    const auto byte = [&](std::size_t i) { return std::size_t{address.ip[i]}; };
    return byte(13) << 16 | byte(14) << 8 | byte(15);
  }

  Server& server_;
  Time now_{1s};
  std::vector<Client> clients_;
  std::vector<Packet> to_server_;
  // What the server sends is kept in storage that was there before, not to be counted as the server's.
  std::vector<Answer> to_clients_;
  Bytes arena_ = Bytes(16 << 20);
  std::size_t arena_used_ = 0;
  std::function<void(typename Server::Output&, Time)> hear_;
  Bytes room_ = Bytes(64 << 10);
  double server_cpu_ = 0;
  std::int64_t server_heap_ = 0;
  std::uint64_t bytes_to_strangers_ = 0, frames_received_ = 0;
};

}  // namespace avocet::bench
