#pragma once

#include <memory>
#include <variant>

#include "protocol/session/listener_keys.hpp"
#include "protocol/session/session.hpp"

namespace avocet::session {

struct ListenerConfig {
  Config session;
  std::uint8_t shard = 0;            ///< goes into the connection ids that this listener chooses
  std::uint16_t shards = 1;          ///< listeners behind the same port, up to 256: shards 0 to `shards` - 1
  std::optional<ListenerKeys> keys;  ///< the same for all shards of a server; drawn when absent
  std::size_t max_sessions = 20'000;
  std::size_t half_open_before_retry = 64;  ///< from here on strangers must return a cookie first
  std::size_t max_half_open = 1024;         ///< and from here on they are dropped
};

/// A datagram for a session of another shard (AV-CID-1): give it to that listener's receive() as it is.
struct Forward {
  std::uint8_t shard = 0;  ///< whose it is; never the listener's own
  PeerAddress from, to;
  Ecn ecn = Ecn::not_ect;
  Time arrived{};
  ByteView bytes;  ///< good until the next call of the listener
};

/// Many sessions behind one socket. Same driving contract, outputs carry the session they are about. Sessions
/// are reached only through it, so that it knows which have something to say; an idle one costs nothing.
class Listener {
 public:
  Listener(const ListenerConfig&, ServerCredentials, Entropy);
  ~Listener();

  void receive(Time now, const Datagram&);
  void wake(Time now);

  struct SessionEvent {
    SessionId session;
    Event event;
  };
  using Output = std::variant<Transmit, SessionEvent, Forward, Wake>;
  Output poll(Time now, ByteSpan room, std::size_t max_segments);

  /// The session, to call into; it is polled afterwards. Null when it has ended. The pointer is good until
  /// the next call of the listener.
  Session* touch(SessionId);
  /// The same for looking only.
  const Session* find(SessionId) const;

  /// Takes no new sessions from now on: what is not through its handshake ends.
  void refuse_new(Time now);
  /// The same, and closes those there are.
  void shut_down(Time now, std::string_view reason);

  std::size_t sessions() const;
  struct Counters {
    std::uint64_t datagrams = 0, strays = 0, malformed = 0, hellos = 0, retries = 0, refusals = 0,
                  dropped_hellos = 0, handshakes_completed = 0, sessions_closed = 0;
    std::uint64_t forwarded = 0, dropped_forwards = 0;  ///< datagrams of other shards
    std::uint64_t resets = 0;                           ///< sent
  };
  const Counters& counters() const;

 private:
  class Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace avocet::session
