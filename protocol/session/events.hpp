#pragma once

#include <string>
#include <variant>

#include "protocol/base/bytes.hpp"
#include "protocol/base/ids.hpp"
#include "protocol/base/units.hpp"
#include "protocol/media/frame.hpp"
#include "protocol/session/driving.hpp"
#include "protocol/session/resumption.hpp"
#include "protocol/wire/frames.hpp"

namespace avocet::session {

/// The handshake is complete and the peer is who it says.
struct Connected {
  Bytes peer_key;  ///< SubjectPublicKeyInfo (DER) of the peer's identity
  std::string
      fingerprint;  ///< server's certificate (client side) or client's public key (server side), SHA-256, hex
  bool resumed = false;  ///< by a ticket: both were proven on an earlier connection
};

/// (Server) Before Connected: a client at a proven address comes back with a ticket that seals something of
/// the service's. What is sent now reaches it with the handshake; what it says counts only from Connected on.
struct Resuming {
  Bytes peer_key;           ///< SubjectPublicKeyInfo of the client that the ticket was given to
  std::string fingerprint;  ///< of that key, SHA-256, hex
  Bytes sealed;             ///< as Session::issue_ticket was given it
};

/// (Client) The server gives a ticket: keep it, and nothing else may read it.
struct TicketReceived {
  Resumption resumption;
};

/// A stream has bytes or its end to read: call read().
struct StreamReadable {
  StreamId stream;
};

/// write() said no before and would accept again.
struct StreamWritable {
  StreamId stream;
};

/// The peer gave a stream up.
struct StreamReset {
  StreamId stream;
  std::uint64_t code = 0;
};

/// A media frame is whole. Frames come out as they complete, in any order, each once.
struct FrameReceived {
  TrackId track;
  media::Frame frame;
  Time first_arrival{}, last_arrival{};
  bool repaired = false;  ///< parity or a retransmission was needed
};

/// The controller's estimate of what the path carries has changed by more than 5 %.
struct RateChanged {
  DataRate target;
};

/// send() said no before and would accept again.
struct MediaWritable {};

/// A line for the key log; only when Config::key_log.
struct KeyLog {
  std::string line;
};

/// The last event of a session. Nothing is sent or received after it.
struct Closed {
  wire::CloseCode code = wire::CloseCode::none;
  std::string reason;  ///< for a person
  bool by_peer = false;
};

using Event = std::variant<Connected, Resuming, TicketReceived, StreamReadable, StreamWritable, StreamReset,
                           FrameReceived, RateChanged, MediaWritable, KeyLog, Closed>;
using Output = std::variant<Transmit, Event, Wake>;

/// Whether something offered for sending was taken.
enum class Admission : std::uint8_t {
  accepted,
  full,       ///< a bound would be broken: try again after StreamWritable or MediaWritable
  closed,     ///< the session, stream or track is not open
  too_large,  ///< it could never be sent
};

}  // namespace avocet::session
