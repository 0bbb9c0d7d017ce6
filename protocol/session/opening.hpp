#pragma once

#include <memory>
#include <optional>

#include "protocol/session/flight.hpp"
#include "protocol/session/handshake_client.hpp"
#include "protocol/session/handshake_server.hpp"
#include "protocol/session/receive_stream.hpp"

namespace avocet::session {

/// The opening of a connection: carries the messages of a handshake in packets, both ways. Lives until the
/// handshake is confirmed and is then dropped with its keys. Its owner has the timers.
class Opening {
 public:
  virtual ~Opening() = default;

  enum class Outcome : std::uint8_t {
    ignored,   ///< nothing that belongs here
    repeated,  ///< the peer says again what it said: it has not heard our answer
    heard,     ///< authentic, and a step forward or at least a sign of life
    failed,    ///< failure() says why
    closed,    ///< the peer gave up: failure() says why
  };
  virtual Outcome on_clear(wire::PacketKind, ByteView body) = 0;
  /// A Handshake packet, opened in place.
  Outcome on_sealed(ByteSpan packet);

  bool wants_to_send() const { return flight_.pending(); }
  /// Says everything again.
  void repeat() { flight_.restart(); }
  /// Writes the next datagram; zero when there is none.
  std::size_t next(ByteSpan room) { return flight_.next(room, protection(), peer_id_, number_); }
  /// Writes a CLOSE, if there are keys for it; zero otherwise.
  std::size_t close(ByteSpan room, const wire::Close&);

  /// Null until the handshake is complete.
  virtual const HandshakeResult* result() const = 0;
  /// (Server) What is known before the client has answered: see ServerHandshake::early_result.
  virtual const HandshakeResult* early_result() const { return nullptr; }
  virtual std::vector<std::string> take_key_log() = 0;
  /// Why it does not get anywhere, if somebody said so.
  virtual std::string hint() const { return {}; }
  /// Somebody answered at all.
  virtual bool answered() const { return true; }

  const HandshakeFailure& failure() const { return failure_; }
  ConnectionId peer_id() const { return peer_id_; }

 protected:
  virtual std::expected<void, HandshakeFailure> on_data(ByteView) = 0;
  /// Whether the packet proves a candidate; called while there is no protection.
  virtual bool settle(ByteSpan) { return false; }
  Outcome on_frames(ByteView frames);
  PacketProtection* protection() { return protection_ ? &*protection_ : nullptr; }

  Flight flight_;
  std::optional<PacketProtection> protection_;
  ConnectionId peer_id_;

 private:
  ReceiveStream incoming_{wire::max_handshake_stream};
  PacketNumber number_;
  HandshakeFailure failure_;
};

std::unique_ptr<Opening> open_as_client(const Config&, ClientCredentials, crypto::Random&, ConnectionId own,
                                        UnixTime calendar);

/// Answers a Hello that the listener has checked.
std::expected<std::unique_ptr<Opening>, HandshakeFailure> open_as_server(const Config&,
                                                                         const ServerCredentials&,
                                                                         crypto::Random&, const CheckedHello&,
                                                                         ConnectionId own,
                                                                         const crypto::ResetToken&);

}  // namespace avocet::session
