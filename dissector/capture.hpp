#pragma once

#include <deque>
#include <expected>
#include <map>
#include <memory_resource>
#include <string>
#include <unordered_map>
#include <utility>

#include "dissector/connection.hpp"
#include "dissector/follower.hpp"
#include "dissector/record.hpp"
#include "protocol/crypto/context.hpp"

/// Everything that is known of one capture file: its connections, and a record of each packet.
namespace avocet::dissector {

/// One packet as it was captured.
struct Datagram {
  std::uint32_t packet = 0;  ///< its number in the capture
  Time at{};
  PeerAddress from, to;
  ByteView bytes;            ///< as many as were captured
  std::size_t size = 0;      ///< as many as there were
  bool server_port = false;  ///< it goes to the server's usual port
  ByteSpan room;             ///< for what is opened; as large as `bytes`
};

class Capture final : IdListener {
 public:
  /// `key_log`: path of a key log; empty for none.
  explicit Capture(const std::string& key_log);

  /// Reads a packet for the first time, in the order of the capture. The record lives as long as this.
  struct Seen {
    const PacketRecord* record;
    ByteView frames;  ///< plain text of a packet that was opened, in the room given
  };
  Seen see(const Datagram&);
  /// A packet inside an ICMP error: it was seen on its way, or elsewhere, and says nothing new.
  Seen quote(std::uint32_t packet);
  /// Opens a packet that was opened before once more.
  static ByteView open_again(const PacketRecord&, ByteView packet, ByteSpan room);

  /// Key log lines from a comment.
  void add_keys(std::string_view lines) { keys_.add(lines); }
  /// Whether packets to that id belong to a connection of this capture.
  bool knows(ConnectionId id) const { return routes_.contains(id); }

 private:
  struct Route {
    Connection* connection;
    Side receiver;
  };
  struct Attribution {
    Connection* connection = nullptr;
    std::optional<Side> sender;
  };

  void learn(ConnectionId id, Connection& connection, Side receiver) override {
    routes_.insert_or_assign(id, Route{&connection, receiver});
  }
  Connection& begin_connection();
  Connection& connection_of(const wire::Hello&);
  Attribution attribute(const Datagram&, ConnectionId destination);
  void settle(PacketRecord&, const Datagram&, Connection&, Side sender);

  // clear_packets.cpp
  void see_clear(PacketRecord&, const Datagram&);
  void on(PacketRecord&, const Datagram&, const wire::Hello&);
  void on(PacketRecord&, const Datagram&, const wire::Retry&);
  void on(PacketRecord&, const Datagram&, const wire::Refuse&);
  void on(PacketRecord&, const Datagram&, const wire::ServerHello&);
  void check_answer(PacketRecord&, const Datagram&, Connection&);
  void see_reset(PacketRecord&, const Datagram&);

  // sealed_packets.cpp
  ByteView see_sealed(PacketRecord&, const Datagram&);
  std::expected<Unsealed, PacketOpener::Failure> open(const Datagram&, const wire::SealedHeader&,
                                                      Attribution&);
  std::expected<Unsealed, PacketOpener::Failure> open_from(const Datagram&, const wire::SealedHeader&,
                                                           Connection&, Side);
  void explain_missing(PacketRecord&, const wire::SealedHeader&, const Connection&, const std::string& label);
  bool order(PacketRecord&, const Datagram&, const wire::SealedHeader&, Connection&, Side, PacketNumber);
  void spin(PacketRecord&, const Datagram&, const wire::SealedHeader&, Flow&);
  void check_acknowledged(PacketRecord&, const Flow&, PacketNumber);
  void judge_keys(PacketRecord&, const Connection&, const Unsealed&);

  crypto::Context context_{Entropy{}};
  KeyStore keys_;
  std::deque<Connection> connections_;
  std::pmr::monotonic_buffer_resource memory_;  // of the records
  std::pmr::deque<PacketRecord> records_{&memory_};
  std::unordered_map<ConnectionId, Route> routes_;
  std::map<ClientRandom, Connection*> by_random_;
  std::map<std::pair<PeerAddress, PeerAddress>, std::pair<Connection*, Side>> by_addresses_;  // -> its sender
};

}  // namespace avocet::dissector
