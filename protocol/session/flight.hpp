#pragma once

#include <optional>

#include "protocol/session/packet_protection.hpp"
#include "protocol/wire/frames.hpp"

namespace avocet::session {

/// What one side says in the handshake: at most one packet in the clear, then its handshake stream in
/// Handshake packets. It is said again as a whole by a timer until the peer's next step shows that it
/// arrived. That costs a packet or two more than acknowledging would, and needs no state for packets whose
/// keys live for one round trip.
class Flight {
 public:
  void set_clear(wire::PacketKind kind, Bytes body) {
    clear_kind_ = kind, clear_ = std::move(body), restart();
  }
  void append_stream(ByteView bytes) { stream_.insert(stream_.end(), bytes.begin(), bytes.end()); }
  /// From the beginning again.
  void restart() { clear_sent_ = false, sent_ = 0; }
  bool pending() const { return (!clear_sent_ && !clear_.empty()) || sent_ < stream_.size(); }

  /// Writes the next datagram into `room` and returns its size; zero when there is none or it does not fit.
  /// `protection` seals the stream's part; without it only the clear packet can go.
  std::size_t next(ByteSpan room, PacketProtection* protection, ConnectionId peer, PacketNumber& number);

 private:
  std::size_t next_clear(ByteSpan room);

  wire::PacketKind clear_kind_ = wire::PacketKind::hello;
  Bytes clear_, stream_;
  bool clear_sent_ = false;
  std::size_t sent_ = 0;
};

}  // namespace avocet::session
