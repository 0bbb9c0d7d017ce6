#include "analysis/account/detect_attack.hpp"

#include <algorithm>

namespace avocet::analysis {
namespace {

using Weight = Finding::Weight;

std::string first_event(const Place& p, PathEvent::Kind kind) {
  const auto first = std::ranges::find(p.direction.events, kind, &PathEvent::kind);
  if (first == p.direction.events.end()) return {};
  return fmt::format(", first at {:.3f} s with number {}", seconds_of(first->at), first->number);
}

/// Damage makes one packet of another, injection adds one.
bool instead_of_others(const Place& p) { return p.of("packetsLost") > 0.7 * p.of("notAuthentic"); }
bool many(const Place& p) { return p.of("notAuthentic") >= 5; }

}  // namespace

std::optional<Finding> replay(const Place& p) {
  if (p.of("lateCopies") < 3) return std::nullopt;
  return Finding{"replay", Weight::warning, fmt::format("Old packets {} came again.", p.name),
                 fmt::format("{:.0f} copies came more than a second after the packet{}", p.of("lateCopies"),
                             first_event(p, PathEvent::Kind::late_copy)),
                 "No network does this: somebody recorded packets and sends them again. Receivers drop them; "
                 "find out who is on "
                 "the path."};
}

std::optional<Finding> injection(const Place& p) {
  if (!many(p) || instead_of_others(p)) return std::nullopt;
  return Finding{"injection", Weight::severe,
                 fmt::format("Somebody else sends packets that pretend to come {}.", p.name),
                 fmt::format("{:.0f} packets bear its connection id and are not sealed by it{}",
                             p.of("notAuthentic"), first_event(p, PathEvent::Kind::not_authentic)),
                 "Receivers drop them, so that nothing is changed or heard; whoever does it sees the "
                 "traffic, or the key log "
                 "is not complete."};
}

std::optional<Finding> damage(const Place& p) {
  if (!many(p) || !instead_of_others(p)) return std::nullopt;
  return Finding{"damage", Weight::warning, fmt::format("Packets {} were damaged on the way.", p.name),
                 fmt::format("{:.0f} packets do not open, and about as many are missing{}",
                             p.of("notAuthentic"), first_event(p, PathEvent::Kind::not_authentic)),
                 "A device on the way changes packets and makes their checksums fit: a faulty router or "
                 "memory, or a middlebox that "
                 "rewrites what it takes for something else."};
}

std::optional<Finding> no_answer(const ConnectionAccount& c) {
  const double hellos = value_of(c.measures, "hellos");
  if (hellos <= 2 || !c.down.measures.empty()) return std::nullopt;
  return Finding{"no-answer", Weight::severe, fmt::format("{} was not answered by {}.", c.client, c.server),
                 fmt::format("{:.0f} Hellos, no packet back", hellos),
                 "The server does not run, or a firewall drops UDP there or on the way back."};
}

std::optional<Finding> handshake_flood(std::uint64_t unanswered) {
  if (unanswered <= 100) return std::nullopt;
  return Finding{
      "handshake-flood", Weight::severe, "Many handshakes began that never ended.",
      fmt::format("{} connections with a Hello and nothing sealed", unanswered),
      "Somebody floods the server, or it is overloaded; it answers with Retry, without state, above 64."};
}

}  // namespace avocet::analysis
