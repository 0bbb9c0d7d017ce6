#pragma once

#include <cstdint>
#include <deque>
#include <map>
#include <optional>
#include <span>
#include <string_view>
#include <vector>

#include "protocol/base/ids.hpp"
#include "protocol/crypto/key_schedule.hpp"

namespace avocet::analysis {

/// The secrets of one connection, as far as a key log has told them.
struct ConnectionSecrets {
  Bytes client_random;  ///< the Hello's, which names the connection in the log
  struct Direction {
    std::optional<crypto::ScheduleSecret> handshake;
    std::map<std::uint64_t, crypto::ScheduleSecret> traffic;  ///< by generation
  };
  Direction client, server;  ///< by who seals with them
};

/// What the lines of a key log say (AV-KEY-8).
class KeyRing {
 public:
  /// Takes one line. False when it is not one of ours: of another program, or damaged.
  bool add(std::string_view line);

  /// The connection of that Hello has this id: what a line says, seen in a handshake before it is logged.
  void learn(ConnectionId id, ByteView client_random);

  /// The number of the connection that has this id, from 0 in the order in which they were first named.
  std::optional<std::size_t> find(ConnectionId) const;
  /// All connections that were said to have this id, the one that find() names first: a Hello that was
  /// damaged on the way has another random, and both the capture and the server's log may have it.
  std::span<const std::size_t> candidates(ConnectionId) const;
  /// That one's keys open packets to this id.
  void prefer(ConnectionId, std::size_t connection);
  /// Good as long as the ring; more may be learned.
  const ConnectionSecrets& secrets(std::size_t connection) const { return connections_[connection]; }
  std::size_t connections() const { return connections_.size(); }

 private:
  std::size_t connection_of(const Bytes& client_random);

  std::deque<ConnectionSecrets> connections_;  // references to them stay good
  std::map<Bytes, std::size_t> by_random_;
  static constexpr std::size_t most_candidates = 4;
  std::map<ConnectionId, std::vector<std::size_t>> by_id_;
};

}  // namespace avocet::analysis
