#include "analysis/connections/connection_table.hpp"

#include <algorithm>

#include "protocol/wire/handshake.hpp"

namespace avocet::analysis {

using wire::PacketKind;

ConnectionTable::Found ConnectionTable::add(const Sighting& seen, const Packet& packet) {
  switch (packet.kind) {
    case PacketKind::protected_:
    case PacketKind::handshake: return add_sealed(seen, packet);
    case PacketKind::reset: return add_reset(seen, packet);
    default: return add_clear(seen, packet);
  }
}

/// Hello, Retry, Refuse and ServerHello all name the client's id; the ServerHello tells the server's too.
ConnectionTable::Found ConnectionTable::add_clear(const Sighting& seen, const Packet& packet) {
  const auto known = by_id_.find(packet.id.value);
  Connection* connection = known == by_id_.end() ? nullptr : known->second.connection;
  if (connection == nullptr && packet.kind != PacketKind::hello) {
    if (const Found answer = add_answer_to_nobody(seen); answer.connection != nullptr) return answer;
  }
  if (connection == nullptr) {
    connection = begin();
    if (connection == nullptr) return {};
    connection->client_id = packet.id;
    learn(packet.id, {connection, Side::server});
  }
  connection->sides_known = true;
  const Side from = packet.kind == PacketKind::hello ? Side::client : Side::server;
  connection->direction(from).handshake(seen, std::nullopt);
  learn_path(seen, {connection, from});
  switch (packet.kind) {
    case PacketKind::hello:
      if (++connection->hellos == 1) {
        connection->hello = seen.at;
        connection->up.numbers.begin_at_zero();
        connection->down.numbers.begin_at_zero();
      }
      break;
    case PacketKind::retry: ++connection->retries; break;
    case PacketKind::refuse: ++connection->refusals; break;
    default: {
      const auto hello = wire::decode<wire::ServerHello>(packet.clear);
      if (!hello) break;
      if (!connection->server_hello) connection->server_hello = seen.at;
      connection->server_id = hello->cid;
      learn(hello->cid, {connection, Side::client});
    }
  }
  return {connection, from, {}};
}

/// An answer to a Hello that was not sent, where others were, was damaged or forged.
ConnectionTable::Found ConnectionTable::add_answer_to_nobody(const Sighting& seen) {
  const auto asked = by_path_.find({seen.to, seen.from});
  if (asked == by_path_.end()) return {};
  asked->second.connection->direction(Side::server).handshake(seen, std::nullopt);
  return {asked->second.connection, Side::server, {}};
}

ConnectionTable::Found ConnectionTable::add_sealed(const Sighting& seen, const Packet& packet) {
  const Place place = place_of(seen, packet);
  if (place.connection == nullptr) return {};
  Connection& connection = *place.connection;
  Direction& direction = connection.direction(place.from);
  Found found{&connection, place.from, {}};
  const auto low = static_cast<std::uint32_t>(packet.number->value);
  if (packet.kind == PacketKind::handshake) {
    direction.handshake(seen, low);
    return found;
  }
  if (!packet.opened) ++connection.unopened;
  const bool closed = !packet.opened && !seen.cut;
  direction.closed += closed;
  if (closed && direction.opened > 0) {
    direction.not_authentic(seen, low);
    found.seen.kind = NumberTrack::Kind::stray;
    return found;
  }
  // The first keys would have opened what came before, too.
  const bool first = packet.opened && packet.generation == 0 && direction.opened == 0;
  if (first && direction.closed > 0) direction.forget_numbers(connection.hello.has_value());
  found.seen = direction.sealed(seen, low, packet.key_phase, packet.spin);
  if (found.seen.kind == NumberTrack::Kind::stray) return found;
  if (!connection.established) connection.established = seen.at;
  direction.opened += packet.opened;
  return found;
}

/// A Reset names the id that its receiver sends to.
ConnectionTable::Found ConnectionTable::add_reset(const Sighting& seen, const Packet& packet) {
  const auto known = by_id_.find(packet.id.value);
  if (known == by_id_.end()) return {};
  const Place place = known->second;
  ++place.connection->resets;
  place.connection->direction(other(place.from)).handshake(seen, std::nullopt);
  return {place.connection, other(place.from), {}};
}

ConnectionTable::Place ConnectionTable::place_of(const Sighting& seen, const Packet& packet) {
  Recent& recent = recent_[packet.id.value % recent_.size()];
  if (recent.id == packet.id && recent.place.connection != nullptr) return recent.place;
  const auto known = by_id_.find(packet.id.value);
  Place place = known == by_id_.end() ? Place{} : known->second;
  if (place.connection == nullptr) {
    if (packet.opened) place = by_keys(packet);
    if (place.connection == nullptr) place = by_path(seen, packet);
    if (place.connection == nullptr) place = by_number(seen, packet);
    if (place.connection == nullptr) place = begin_in_the_middle(seen, packet);
    if (place.connection == nullptr) return {};
    auto& id = place.from == Side::client ? place.connection->server_id : place.connection->client_id;
    if (!id) id = packet.id;
    learn(packet.id, place);
  }
  if (packet.opened) by_keys_.try_emplace(packet.connection, place.connection);
  learn_path(seen, place);
  recent = {packet.id, place};
  return place;
}

ConnectionTable::Place ConnectionTable::by_keys(const Packet& packet) {
  const auto found = by_keys_.find(packet.connection);
  if (found == by_keys_.end()) return {};
  return {found->second, packet.from_client ? Side::client : Side::server};
}

/// Another id on a known path, or the other direction of one: the same connection if the numbers go on.
ConnectionTable::Place ConnectionTable::by_path(const Sighting& seen, const Packet& packet) {
  const auto low = static_cast<std::uint32_t>(packet.number->value);
  const auto fits = [&](Place place) {
    const Direction& direction = place.connection->direction(place.from);
    const bool handshake = packet.kind == PacketKind::handshake;
    return (handshake ? direction.handshake_numbers : direction.numbers).plausible(low);
  };
  if (const auto same = by_path_.find({seen.from, seen.to}); same != by_path_.end() && fits(same->second)) {
    return same->second;
  }
  const auto reverse = by_path_.find({seen.to, seen.from});
  if (reverse == by_path_.end()) return {};
  const Place place{reverse->second.connection, other(reverse->second.from)};
  return fits(place) ? place : Place{};
}

/// A client that moved bears a new id and comes from a new address; its numbers go on where they were.
ConnectionTable::Place ConnectionTable::by_number(const Sighting& seen, const Packet& packet) {
  constexpr std::uint64_t close = 256;
  constexpr std::size_t few = 256;  // among more, numbers would fit by chance
  if (packet.kind != PacketKind::protected_ || connections_.size() > few) return {};
  const auto low = static_cast<std::uint32_t>(packet.number->value);
  Place best;
  for (Connection& connection : connections_) {
    for (const Side from : {Side::client, Side::server}) {
      const Direction& direction = connection.direction(from);
      const std::uint64_t next = direction.numbers.next().value, number = expand(low, {next}).value;
      const bool one_end = direction.to == seen.to || direction.from == seen.from;
      if (!direction.numbers.started() || !one_end || number < next || number - next > close ||
          next < close) {
        continue;
      }
      if (best.connection != nullptr) return {};  // two would fit: neither is known to
      best = {&connection, from};
    }
  }
  return best;
}

ConnectionTable::Place ConnectionTable::begin_in_the_middle(const Sighting& seen, const Packet& packet) {
  const bool to_server = our_port(seen.to.port), to_client = our_port(seen.from.port);
  if (!packet.opened && !to_server && !to_client) return {};
  Connection* connection = begin();
  if (connection == nullptr) return {};
  Side from = seen.to.port <= seen.from.port ? Side::client : Side::server;
  if (packet.opened) {
    from = packet.from_client ? Side::client : Side::server;
  } else if (to_server != to_client) {
    from = to_server ? Side::client : Side::server;
  }
  connection->sides_known = packet.opened || to_server != to_client;
  return {connection, from};
}

Connection* ConnectionTable::begin() {
  if (connections_.size() >= most) return ++turned_away_, nullptr;
  Connection& connection = connections_.emplace_back();
  connection.index = connections_.size() - 1;
  constexpr std::size_t coarse = 128;
  if (!connection.detailed()) {
    connection.up.timeline.coarsen(coarse);
    connection.down.timeline.coarsen(coarse);
  }
  return &connection;
}

void ConnectionTable::learn(ConnectionId id, Place place) {
  constexpr std::size_t most_ids = 64;
  if (place.connection->ids.size() >= most_ids) return;
  Place& known = by_id_[id.value];
  if (known.connection == place.connection) return void(known = place);
  if (known.connection != nullptr) {
    // Nobody takes the id of a connection that works: a handshake that says so was damaged, or forged.
    if (known.connection->established) return;
    std::erase(known.connection->ids, id);
  }
  known = place;
  place.connection->ids.push_back(id);
}

void ConnectionTable::learn_path(const Sighting& seen, Place place) {
  if (by_path_.size() < 4 * most) by_path_.insert_or_assign({seen.from, seen.to}, place);
}

bool ConnectionTable::our_port(std::uint16_t port) const {
  return port == wire::default_port || std::ranges::find(ports_, port) != ports_.end();
}

}  // namespace avocet::analysis
