#include "analysis/journeys/journey_table.hpp"

namespace avocet::analysis {

void JourneyTable::passed(CaptureSide capture, const Connection& connection, Side from, std::int64_t at,
                          const Sighting& seen, const Packet& packet, const NumberTrack::Seen& number) {
  using Kind = NumberTrack::Kind;
  if (packet.kind != wire::PacketKind::protected_) return;
  if (number.kind == Kind::stray || number.kind == Kind::duplicate) return;
  const bool upstream = (capture == CaptureSide::server) == (from == Side::server);
  const auto low = static_cast<std::uint32_t>(packet.number->value);
  journey_of({capture, connection.index, from}, packet.id)
      .passed(upstream ? Journey::Place::upstream : Journey::Place::downstream, at, low,
              static_cast<std::uint32_t>(seen.ip_size), connection.hello.has_value());
}

void JourneyTable::finish() {
  for (Journey& journey : journeys_) journey.finish();
}

const Journey* JourneyTable::find(CaptureSide capture, const Connection& connection, Side from) const {
  const auto found = by_connection_.find({capture, connection.index, from});
  const bool paired = found != by_connection_.end() && found->second->counters().arrived > 0;
  return paired ? found->second : nullptr;
}

/// The id in the packet says which, and where an end has taken another id, the connection does.
Journey& JourneyTable::journey_of(const Key& key, ConnectionId id) {
  constexpr std::size_t most_ids = 8 * ConnectionTable::most;
  Journey*& by_connection = by_connection_[key];
  const auto known = by_id_.find(id.value);
  Journey* journey = known != by_id_.end() ? known->second : by_connection;
  if (journey == nullptr) journey = &journeys_.emplace_back(line_, ahead_, &listener_);
  if (known == by_id_.end() && by_id_.size() < most_ids) by_id_.emplace(id.value, journey);
  return *(by_connection = journey);
}

}  // namespace avocet::analysis
