#pragma once

#include <map>
#include <memory>
#include <optional>
#include <string>
#include <variant>

#include "protocol/base/token_bucket.hpp"
#include "protocol/service/live_view.hpp"
#include "protocol/service/message_stream.hpp"
#include "protocol/service/server_config.hpp"
#include "protocol/service/stored_play.hpp"

namespace avocet::service {

/// What the server holds of one session: whose it is, its messages, plays and publications.
struct Guest {
  Guest(SessionId session, std::unique_ptr<Port> to, Bytes public_key, const ServiceLimits& limits)
      : id(session),
        port(std::move(to)),
        key(std::move(public_key)),
        messages(limits.message_queue),
        message_rate(limits.messages_per_second, limits.message_burst),
        request_rate(limits.requests_per_second, limits.request_burst),
        line_rate(limits.lines_per_second, limits.line_burst) {}

  using Play = std::variant<StoredPlay, LiveView>;
  /// A list that is sent page by page, as the client reads.
  struct Paging {
    bool active = false;
    std::optional<std::string> after;
  };

  bool joined() const { return !name.empty(); }
  Outlet outlet(std::deque<ServerEvent>& events) { return {id, name, *port, messages, events}; }
  /// The id that a play has now: one that a ticket sealed has 0 at first.
  PlayId current(PlayId play) const { return play == PlayId{} ? continued : play; }
  /// Track ids are never used again on a connection.
  TrackId take_tracks(std::size_t count) {
    return std::exchange(next_track, next_track + static_cast<std::uint32_t>(count));
  }

  SessionId id;
  std::unique_ptr<Port> port;
  Bytes key;             ///< SubjectPublicKeyInfo of the client's identity
  std::string name;      ///< empty before Welcome
  std::string asked;     ///< name that the registry was asked for; empty when there is none to give back
  bool waiting = false;  ///< for the registry: what it says next is not looked at before the answer
  bool parting = false;  ///< is closed when it has what it was sent: what it says is not looked at
  bool leaving = false;  ///< was closed by us: nothing it says counts any more

  MessageStream messages;
  TokenBucket message_rate, request_rate, line_rate;
  Paging directory, catalogue;

  PlayId continued;  ///< the client's id for the play that a ticket sealed, once it has one
  PlayId highest;    ///< of the ids used: the next one must be above it
  TrackId next_track{1};
  std::map<PlayId, Play> plays;
  std::map<PlayId, std::string> publications;  ///< titles; of one that waits for the registry too
  DataRate ceiling;                            ///< that its session was told
  std::optional<Time> armed;                   ///< its entry in the timers
};

}  // namespace avocet::service
