#pragma once

#include "protocol/session/connection.hpp"

/// What the parts of a connection hand to each other while they work on one packet.
namespace avocet::session {

/// One packet on its way in.
struct Session::Impl::Incoming {
  Time now, arrived;
  ConnectionId destination;
  PeerAddress from;
  bool newest = false;
  std::uint64_t generation = 0;  // of the keys that opened it
  bool ack_eliciting = false;
  bool frame_end = false;
  std::optional<wire::CloseCode> violation;
  std::string_view what;

  void violate(std::optional<wire::CloseCode> code, std::string_view why) {
    if (code && !violation) violation = code, what = why;
  }
};

/// Packets that leave at one instant.
struct Session::Impl::Run {
  bool patient = false;  // see patient()
  DataSize window;       // most bytes in flight
  std::size_t packets = 0;
};

/// One packet on its way out.
struct Session::Impl::Outgoing {
  const Time now;
  const ConnectionId destination;
  wire::Writer frames;
  recovery::SentPacket packet;
  std::size_t fresh = 0;  // bytes of media that go out for the first time

  /// Not an aggregate, all of which would be cleared first: the list of what a packet carries is long.
  Outgoing(Time sent, ConnectionId to, PacketNumber number, ByteSpan room_for_frames)
      : now(sent), destination(to), frames(room_for_frames) {
    packet.number = number;
    packet.sent = sent;
  }

  bool room_for(std::size_t bytes) const { return frames.remaining() >= bytes && !packet.carried.full(); }
  template <class Frame>
  bool add(const Frame& frame) {
    if (frames.remaining() < wire::typed_size(frame)) return false;
    wire::write_typed(frames, frame);
    return true;
  }
};

}  // namespace avocet::session
