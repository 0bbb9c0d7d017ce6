#pragma once

#include <memory>
#include <string_view>
#include <variant>
#include <vector>

#include "protocol/service/server_config.hpp"
#include "protocol/service/server_events.hpp"
#include "protocol/session/listener.hpp"

namespace avocet::service {

/// Many users of many titles behind one socket. The driving contract of session/driving.hpp; media is asked
/// for by NeedSegment. Several, one to a shard, are one server to their users: ToShard of one is on_shard()
/// of the others.
class Server {
 public:
  Server(const ServerConfig&, session::ServerCredentials, Entropy, UnixTime calendar);
  ~Server();
  Server(const Server&) = delete;
  Server& operator=(const Server&) = delete;

  void receive(Time now, const session::Datagram&);
  void wake(Time now);

  /// Replaces the stored titles. Plays of a title that is gone or changed go on with what they began with.
  void set_catalogue(std::vector<StoredTitle>);
  /// Calendar time for chat lines; call it once a second or so.
  void set_calendar(UnixTime);

  void supply(Time now, const SegmentRequest&, media::SharedSegment);
  /// The segment cannot be had: the play ends, and its user is told `reason`.
  void fail(Time now, const SegmentRequest&, std::string_view reason);

  /// What another shard had to tell (ToShard): in the order in which it said it.
  void on_shard(Time now, ShardId from, shard::Message);

  /// Something that every user should know, of all shards.
  void announce(Time now, std::string_view line);

  using Output = std::variant<session::Transmit, ServerEvent, session::Wake>;
  Output poll(Time now, ByteSpan room, std::size_t max_segments);

  /// Stops in good order: takes no new sessions from now on, says Bye to the users, and closes each session
  /// when it has what it was sent, live media too, with a code that tells the client to come back; what is
  /// left at `until` is closed as it is. Stored plays end at once, for they can go on where they were.
  void drain(Time now, std::string_view reason, Time until);

  std::size_t sessions() const;
  /// Users of all shards; the other figures are of this one.
  std::size_t users() const;
  std::size_t plays() const;
  const session::Listener::Counters& counters() const;
  /// Null when it has ended.
  const session::Session* find(SessionId) const;

 private:
  class Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace avocet::service
