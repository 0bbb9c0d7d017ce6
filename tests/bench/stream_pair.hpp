#pragma once

#include <asio/io_context.hpp>
#include <memory>

#include "endpoints/drive/loop.hpp"
#include "protocol/session/listener.hpp"

namespace avocet::bench {

/// What one end of the pair has cost.
struct Cost {
  double cpu = 0;  ///< seconds
  std::uint64_t allocations = 0;
};

/// A listener that sends stored media as fast as it may to one session, both with their real loops and
/// sockets, in turn on one thread: so that the CPU time and the allocations of each are known.
class StreamPair {
 public:
  /// `rate`: what the sender begins with, and its most.
  explicit StreamPair(DataRate rate);

  /// Goes on until `datagrams` more were sent.
  void run(std::uint64_t datagrams);

  const Cost& sender_cost() const { return sender_cost_; }
  const Cost& receiver_cost() const { return receiver_cost_; }
  const drive::LoopStats& sender() const { return sender_.stats(); }
  const drive::LoopStats& receiver() const { return receiver_.stats(); }
  std::uint64_t frames_received() const { return frames_received_; }
  session::Stats sender_session() const { return listener_.find(session_)->stats(); }

 private:
  struct SenderHandler {
    StreamPair* pair;
    void operator()(session::Listener::Output&&, Time now) const;
  };
  struct ReceiverHandler {
    StreamPair* pair;
    void operator()(session::Output&&, Time now) const;
  };

  bool step();
  void fill(Time now);

  asio::io_context send_context_{1}, receive_context_{1};
  session::Listener listener_;
  drive::Loop<session::Listener, SenderHandler> sender_;
  session::Session client_;
  drive::Loop<session::Session, ReceiverHandler> receiver_;
  SessionId session_;
  std::uint64_t next_frame_ = 0, frames_received_ = 0;
  SharedBytes delta_, key_;
  Cost sender_cost_, receiver_cost_;
};

}  // namespace avocet::bench
