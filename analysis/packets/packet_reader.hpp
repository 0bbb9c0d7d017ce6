#pragma once

#include <map>
#include <memory>
#include <vector>

#include "analysis/packets/key_ring.hpp"
#include "protocol/crypto/aead.hpp"

namespace avocet::analysis {

/// What a datagram of ours is, and what is in it if the keys are known.
struct Packet {
  wire::PacketKind kind = wire::PacketKind::protected_;
  /// Of a sealed packet or a Reset, the receiver's id; of a packet in the clear, the client's.
  ConnectionId id;
  std::optional<PacketNumber> number;  ///< of a sealed packet
  bool key_phase = false, spin = false;
  ByteView clear;  ///< the message of a packet in the clear

  bool opened = false;
  ByteView frames;               ///< when opened; good until the next call
  std::size_t connection = 0;    ///< when opened: as KeyRing numbers them
  bool from_client = false;      ///< when opened
  std::uint64_t generation = 0;  ///< of the keys that opened a Protected packet
};

/// Reads datagrams of many connections, from any point on and in any order. Only reads: repeats are opened
/// again, and nothing is forgotten.
class PacketReader {
 public:
  PacketReader();
  ~PacketReader();

  /// Keys may be added at any time.
  KeyRing& keys() { return keys_; }
  const KeyRing& keys() const { return keys_; }

  /// Nothing when the datagram is not ours.
  std::optional<Packet> read(ByteView datagram);

 private:
  class Lane;
  std::optional<ConnectionId> read_clear(wire::PacketKind, ByteView body);
  bool open(Packet&, ByteView datagram, std::uint32_t low);
  bool open_as(std::size_t connection, Packet&, ByteView datagram, std::uint32_t low);
  Lane& lane(std::size_t connection, bool from_client);

  crypto::Context context_;
  KeyRing keys_;
  std::map<std::pair<std::size_t, bool>, std::unique_ptr<Lane>> lanes_;  // one direction of a connection
  std::map<ConnectionId, bool> from_client_;                             // who sends to that id
  Bytes scratch_;
};

}  // namespace avocet::analysis
