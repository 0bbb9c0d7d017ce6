#pragma once

#include <asio/executor_work_guard.hpp>
#include <asio/io_context.hpp>
#include <atomic>
#include <thread>

#include "endpoints/drive/loop.hpp"
#include "protocol/session/listener.hpp"

namespace avocet::bench {

/// What one end of the pair has cost so far.
struct Cost {
  double cpu = 0;  ///< seconds
  std::uint64_t allocations = 0, datagrams = 0, writes = 0;
};

/// A listener that sends stored media to one session over loopback, each on a thread of its own with its real
/// loop and socket, so that the CPU time and the allocations of each are known.
class StreamPair {
 public:
  /// `rate`: what the sender begins with, and its most.
  explicit StreamPair(DataRate rate);
  ~StreamPair();

  /// Streams so many more frames and waits until all of them are there and both ends rest.
  void run(std::uint64_t frames);

  Cost sender() const { return sending_.cost; }
  Cost receiver() const { return receiving_.cost; }

 private:
  /// A thread that runs one context, and what it has cost by the end of the last run().
  struct End {
    asio::io_context context{1};
    asio::executor_work_guard<asio::io_context::executor_type> guard{context.get_executor()};
    std::jthread thread;
    Cost cost;
  };
  struct SenderHandler {
    StreamPair* pair;
    void operator()(session::Listener::Output&&, Time now) const;
  };
  struct ReceiverHandler {
    StreamPair* pair;
    void operator()(session::Output&&, Time now) const;
  };

  void fill(Time now);
  template <class Work>
  static void ask(End&, Work&&);

  End sending_, receiving_;
  session::Listener listener_;
  drive::Loop<session::Listener, SenderHandler> sender_;
  session::Session client_;
  drive::Loop<session::Session, ReceiverHandler> receiver_;
  SessionId session_;
  std::uint64_t next_frame_ = 0, end_ = 0;  // of the sender's thread
  std::atomic<std::uint64_t> frames_received_ = 0;
  std::atomic<bool> connected_ = false;
  SharedBytes delta_, key_;
};

}  // namespace avocet::bench
