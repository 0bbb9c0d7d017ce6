#pragma once

#include <array>
#include <deque>
#include <unordered_map>
#include <vector>

#include "analysis/connections/connection.hpp"
#include "analysis/packets/packet_reader.hpp"

namespace avocet::analysis {

/// Which packets belong to one connection. By the connection id, which each packet bears; ids are tied
/// together by the key log, by Hello and ServerHello, by the addresses, and after a migration without keys by
/// the packet numbers, which go on. Holds at most `most` connections.
class ConnectionTable {
 public:
  static constexpr std::size_t most = 10'000;

  /// A port that is ours besides 4747, for captures that begin in the middle.
  void also_port(std::uint16_t port) { ports_.push_back(port); }

  /// What one datagram turned out to be.
  struct Found {
    Connection* connection = nullptr;  ///< null: not ours, or there are too many
    Side from = Side::client;
    NumberTrack::Seen seen;  ///< of a Protected packet
  };
  /// Counts it where it belongs. `packet` is what is in the datagram.
  Found add(const Sighting&, const Packet& packet);

  const std::deque<Connection>& all() const { return connections_; }
  std::deque<Connection>& all() { return connections_; }
  /// Hellos that no connection could be begun for, because there are too many.
  std::uint64_t turned_away() const { return turned_away_; }

 private:
  struct Place {
    Connection* connection = nullptr;
    Side from = Side::client;  ///< who sends to that id
  };
  struct Path {
    PeerAddress from, to;
    bool operator==(const Path&) const = default;
  };
  struct HashPath {
    std::size_t operator()(const Path& p) const {
      return std::hash<PeerAddress>()(p.from) * 31 + std::hash<PeerAddress>()(p.to);
    }
  };

  Found add_clear(const Sighting&, const Packet&);
  Found add_answer_to_nobody(const Sighting&);
  Found add_sealed(const Sighting&, const Packet&);
  Found add_reset(const Sighting&, const Packet&);
  Place place_of(const Sighting&, const Packet&);
  Place by_keys(const Packet&);
  Place by_path(const Sighting&, const Packet&);
  Place by_number(const Sighting&, const Packet&);
  Place begin_in_the_middle(const Sighting&, const Packet&);
  Connection* begin();
  void learn(ConnectionId, Place);
  void learn_path(const Sighting&, Place);
  bool our_port(std::uint16_t) const;

  std::deque<Connection> connections_;  // references stay good
  std::unordered_map<std::uint64_t, Place> by_id_;
  std::unordered_map<Path, Place, HashPath> by_path_;
  std::unordered_map<std::size_t, Connection*> by_keys_;  // as KeyRing numbers them
  std::vector<std::uint16_t> ports_;
  std::uint64_t turned_away_ = 0;
  struct Recent {
    ConnectionId id;
    Place place;
  };
  std::array<Recent, 16> recent_{};  // spares most packets the tables
};

}  // namespace avocet::analysis
