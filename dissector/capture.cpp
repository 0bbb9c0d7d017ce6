#include "dissector/capture.hpp"

#include <cstring>

namespace avocet::dissector {

Capture::Capture(const std::string& key_log) { keys_.open(key_log); }

Capture::Seen Capture::see(const Datagram& datagram) {
  PacketRecord& record = records_.emplace_back(datagram.packet, &memory_);
  if (datagram.bytes.size() < datagram.size) record.judge(whole_packet, Finding::truncated);
  const auto kind = wire::packet_kind(datagram.bytes);
  if (!kind) return {&record, {}};
  switch (*kind) {
    case wire::PacketKind::protected_:
    case wire::PacketKind::handshake: return {&record, see_sealed(record, datagram)};
    case wire::PacketKind::reset: see_reset(record, datagram); break;
    default: see_clear(record, datagram); break;
  }
  return {&record, {}};
}

Capture::Seen Capture::quote(std::uint32_t packet) {
  PacketRecord& record = records_.emplace_back(packet, &memory_);
  record.judge(whole_packet, Finding::quoted);
  return {&record, {}};
}

ByteView Capture::open_again(const PacketRecord& record, ByteView packet, ByteSpan room) {
  if (!record.unsealed || packet.size() < wire::sealed_overhead) return {};
  const ByteSpan body = room.first(packet.size() - wire::sealed_header_size);
  std::memcpy(body.data(), packet.data() + wire::sealed_header_size, body.size());
  const auto frames =
      record.unsealed->opener->open(record.unsealed->number, packet.first(wire::sealed_header_size), body);
  return frames ? ByteView(*frames) : ByteView();
}

Connection& Capture::begin_connection() {
  return connections_.emplace_back(static_cast<std::uint32_t>(connections_.size()), context_);
}

/// A Hello that is repeated, or said again with a cookie, is of the same connection.
Connection& Capture::connection_of(const wire::Hello& hello) {
  const auto known = by_random_.find(hello.random);
  Connection& connection = known == by_random_.end() ? begin_connection() : *known->second;
  by_random_[hello.random] = &connection;
  connection.random = hello.random;
  learn(hello.cid, connection, Side::client);
  return connection;
}

/// By the connection id; else by the key log's, which knows the ids of both ends but not whose they are; else
/// by the addresses, as for what follows a NEW_ID that could not be read.
Capture::Attribution Capture::attribute(const Datagram& datagram, ConnectionId destination) {
  if (const auto route = routes_.find(destination); route != routes_.end())
    return {route->second.connection, other(route->second.receiver)};
  Attribution found;
  if (const auto near = by_addresses_.find({datagram.from, datagram.to}); near != by_addresses_.end())
    found = {near->second.first, near->second.second};
  if (const auto random = keys_.owner(destination)) {
    if (found.connection && found.connection->random == random) return found;
    const auto known = by_random_.find(*random);
    Connection& connection = known == by_random_.end() ? begin_connection() : *known->second;
    connection.random = random;
    by_random_[*random] = &connection;
    return {&connection, std::nullopt};
  }
  if (found.connection) return found;
  return {&begin_connection(), datagram.server_port ? Side::client : Side::server};
}

/// What holds for every packet whose sender is known.
void Capture::settle(PacketRecord& record, const Datagram& datagram, Connection& connection, Side sender) {
  record.connection = connection.index;
  record.sender = sender;
  Flow& flow = connection.of(sender);
  if (flow.last_at) record.tell(whole_packet, Derived::interval, datagram.at - *flow.last_at);
  flow.last_at = datagram.at;
  by_addresses_[{datagram.from, datagram.to}] = {&connection, sender};
  by_addresses_[{datagram.to, datagram.from}] = {&connection, other(sender)};

  const auto& peer = connection.of(other(sender));
  if (peer.parameters && datagram.size > peer.parameters->max_datagram)
    record.judge(whole_packet, Finding::datagram_too_large);
  connection.bytes[index_of(sender)] += datagram.size;
  if (sender == Side::server && connection.from_the_beginning() && !connection.proven &&
      connection.bytes[1] > 3 * connection.bytes[0])
    record.judge(whole_packet, Finding::amplification,
                 std::to_string(connection.bytes[1]) +
                     " bytes went to an address that is not proven, from which " +
                     std::to_string(connection.bytes[0]) + " came (AV-HS-44)");
}

}  // namespace avocet::dissector
