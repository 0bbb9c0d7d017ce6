#pragma once

#include <asio/io_context.hpp>
#include <asio/post.hpp>
#include <cstdint>
#include <memory>
#include <type_traits>
#include <utility>
#include <variant>
#include <vector>

#include "endpoints/drive/alarm.hpp"
#include "endpoints/drive/clock.hpp"
#include "endpoints/drive/udp_socket.hpp"
#include "endpoints/drive/watch.hpp"
#include "protocol/session/driving.hpp"

namespace avocet::drive {

/// What follows the driving contract (protocol/session/driving.hpp).
template <class Core>
concept Driven = requires(Core& core, Time now, session::Datagram datagram, ByteSpan room) {
  core.receive(now, datagram);
  core.wake(now);
  std::variant_size<decltype(core.poll(now, room, std::size_t{}))>::value;
};

struct LoopStats {
  std::uint64_t datagrams_in = 0, bytes_in = 0, reads = 0;
  std::uint64_t datagrams_out = 0, bytes_out = 0, writes = 0;  ///< a write is one Transmit
  std::uint64_t blocked = 0;                                   ///< writes that had to wait for the socket
  std::uint64_t unsendable = 0;  ///< writes that the kernel refused in part or whole: lost
  int last_error = 0;            ///< errno of the latest of these
  std::uint64_t wakes = 0;
};

/// Drives one core with one socket and one timer in one io_context: the loop of the driving contract, in real
/// time. `handler(event, now)` gets every output that is neither Transmit nor Wake, and may call the core; it
/// may end the loop with `close`, but not destroy it. Single-threaded: other threads asio::post into the
/// context.
template <Driven Core, class Handler, class Socket = UdpSocket>
class Loop {
 public:
  /// `core` must outlive the loop.
  Loop(asio::io_context& context, Core& core, Socket socket, Handler handler)
      : context_(context),
        core_(core),
        socket_(std::move(socket)),
        handler_(std::move(handler)),
        watch_(std::make_unique<Watch>(context, socket_.descriptor())),
        alarm_(context),
        room_(UdpSocket::max_run) {}

  /// Begins to read, and sends what the core has to say already.
  void start() {
    listen();
    turn();
  }

  /// Any calls on the core: `calls(now)`, then everything that follows from them. The only way in from
  /// outside of the handler.
  template <class Calls>
  void call(Calls&& calls) {
    const Time now = drive::now();
    std::forward<Calls>(calls)(now);
    drain(now);
  }

  /// Goes on with another socket; what was not yet written through the old one is written through this. Not
  /// from the handler.
  void replace_socket(Socket socket) {
    if (!watch_) return;
    watch_.reset();
    socket_ = std::move(socket);
    watch_ = std::make_unique<Watch>(context_, socket_.descriptor());
    listen();
    if (!pending_ || flush()) later();
  }

  /// Stops reading, writing and waiting, so that the context can run out of work. The socket stays bound.
  void close() {
    watch_.reset();
    alarm_.set({}, [] {});
  }

  const LoopStats& stats() const { return stats_; }
  const Socket& socket() const { return socket_; }

 private:
  /// Reads and writes in a row before other work of the context has its turn.
  static constexpr int reads_in_a_row = 4;
  static constexpr int writes_in_a_row = 64;

  struct Pending {
    session::Transmit transmit;
    std::size_t sent = 0;
  };

  void listen() {
    watch_->when_readable([this] {
      turn();
      if (watch_) listen();
    });
  }

  /// A batch of inputs, then drain. Datagrams that are here already go before timers: the acknowledgement in
  /// the socket must beat the timer that waits for it.
  void turn() {
    Time now = drive::now();
    for (int i = 0; i < reads_in_a_row; ++i) {
      const auto runs = socket_.receive(batch_);
      if (runs.empty()) break;
      now = drive::now();
      ++stats_.reads;
      for (const Received& run : runs) receive(now, run);
      if (runs.size() < ReceiveBatch::runs) break;  // that was all
    }
    drain(now);
  }

  void receive(Time now, const Received& run) {
    stats_.bytes_in += run.bytes.size();
    stats_.datagrams_in += run.datagrams();
    session::Datagram datagram{
        .from = run.from, .to = run.to, .ecn = run.ecn, .arrived = run.arrived, .bytes = {}};
    for_each_datagram(run, [&](ByteSpan bytes) {
      datagram.bytes = bytes;
      core_.receive(now, datagram);
    });
  }

  void drain(Time now) {
    if (draining_) return;  // a call from the handler: the drain that called it goes on
    draining_ = true;
    if (wake_at_ && *wake_at_ <= now) {
      wake_at_.reset();
      ++stats_.wakes;
      core_.wake(now);
    }
    int writes = 0;
    bool more = watch_ != nullptr && !pending_;
    while (more && writes < writes_in_a_row) {
      auto output = core_.poll(now, ByteSpan(room_), UdpSocket::max_segments);
      more = std::visit([&](auto& o) { return take(now, o, writes); }, output) && watch_ != nullptr;
    }
    draining_ = false;
    if (more) later();
  }

  /// One output of the core; false when there is nothing more to poll for now.
  template <class Output>
  bool take(Time now, Output& output, int& writes) {
    if constexpr (std::is_same_v<Output, session::Transmit>) {
      ++writes;
      ++stats_.writes;
      pending_ = Pending{output};
      return flush();
    } else if constexpr (std::is_same_v<Output, session::Wake>) {
      wake_at_ = output.at;
      alarm_.set(output.at, [this] { turn(); });
      return false;
    } else {
      handler_(std::move(output), now);
      return true;
    }
  }

  /// Writes what is pending; false when the socket is full, and then goes on when it is not.
  bool flush() {
    const session::Transmit& t = pending_->transmit;
    const ByteView rest = ByteView(room_).subspan(pending_->sent, t.size - pending_->sent);
    const SendResult result = socket_.send({.to = t.to, .from = t.from, .ecn = t.ecn}, rest, t.segment);
    pending_->sent += result.sent;
    if (result.error != 0) {
      ++stats_.unsendable;
      stats_.last_error = result.error;
    }
    if (result.blocked) {
      ++stats_.blocked;
      watch_->when_writable([this] {
        if (flush()) turn();
      });
      return false;
    }
    stats_.bytes_out += t.size;
    stats_.datagrams_out += t.segment == 0 ? 1 : (t.size + t.segment - 1) / t.segment;
    pending_.reset();
    return true;
  }

  void later() {
    asio::post(context_, [this, alive = std::weak_ptr(alive_)] {
      if (!alive.expired() && watch_) turn();
    });
  }

  asio::io_context& context_;
  Core& core_;
  Socket socket_;
  Handler handler_;
  std::unique_ptr<Watch> watch_;  // none: closed
  Alarm alarm_;
  ReceiveBatch batch_;
  std::vector<std::byte> room_;
  std::optional<Pending> pending_;
  std::optional<Time> wake_at_;
  bool draining_ = false;
  LoopStats stats_;
  std::shared_ptr<char> alive_ = std::make_shared<char>();
};

}  // namespace avocet::drive
