#pragma once

#include <array>
#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <string>

#include "dissector/byte_stream.hpp"
#include "dissector/media_flow.hpp"
#include "dissector/number_space.hpp"
#include "dissector/packet_opener.hpp"
#include "dissector/sightings.hpp"
#include "protocol/base/address.hpp"
#include "protocol/base/interval_set.hpp"
#include "protocol/wire/handshake.hpp"

/// What the capture has shown of each connection so far. Plain values: capture.cpp and the followers change
/// them.
namespace avocet::dissector {

/// All that one side sends.
struct Flow {
  Flow(const crypto::Context& context, Side side) : opener(context, side) {}

  PacketOpener opener;
  NumberSpace handshake, traffic;
  std::optional<PeerAddress> address;
  std::optional<Time> last_at;

  std::optional<bool> spin;
  std::optional<Time> spin_flipped;

  ByteStream handshake_stream;
  std::size_t handshake_messages = 0;
  std::optional<wire::Parameters> parameters;  ///< what this side takes

  struct Stream {
    ByteStream bytes;
    std::optional<std::uint64_t> final_size;
    std::uint64_t granted = 0;  ///< by the peer, beyond its Parameters
  };
  std::map<std::uint64_t, Stream> streams;
  std::uint64_t granted = 0, granted_streams = 0;  ///< by the peer, beyond its Parameters

  IntervalSet<std::uint64_t, 1024> acknowledged;  ///< packets of this side that the peer has acknowledged
  std::map<std::uint64_t, Sighting> early_acks;   ///< of numbers above those seen when they came, by number
  std::uint64_t marks = 0;                        ///< CE marks that this side has reported

  std::optional<ConnectionId> first_id;      ///< the handshake's
  std::map<std::uint64_t, wire::NewId> ids;  ///< that this side has given since
  std::uint64_t ids_retired = 0;             ///< by the peer
  std::map<std::array<std::byte, 8>, Sighting> challenges;
  MediaFlow media;
};

struct Connection {
  Connection(std::uint32_t number, const crypto::Context& context)
      : index(number), flows{Flow(context, Side::client), Flow(context, Side::server)} {}

  std::uint32_t index;
  std::optional<ClientRandom> random;
  std::optional<wire::Hello> hello;
  Sighting hello_at;
  std::size_t hello_size = 0;
  bool resumed = false, done = false, proven = false;  ///< proven: the client's address
  std::uint64_t bytes[2] = {0, 0};                     ///< of UDP payload, by sender, while not proven
  Flow flows[2];

  std::map<std::string, Sighting> requests;     ///< that wait for an answer
  std::map<std::uint32_t, Duration> latencies;  ///< by play

  Flow& of(Side side) { return flows[index_of(side)]; }
  bool from_the_beginning() const { return hello.has_value(); }
};

}  // namespace avocet::dissector
