#include "analysis/account/detect_attack.hpp"

#include <algorithm>

namespace avocet::analysis {
namespace {

using Weight = Finding::Weight;

/// Damage makes one packet of another, injection adds one.
bool instead_of_others(const Place& p) { return p.of("packetsLost") > 0.7 * p.of("notAuthentic"); }

}  // namespace

std::optional<Finding> replay(const Place& p) {
  if (p.of("lateCopies") < 3) return std::nullopt;
  return Finding{"replay", Weight::warning, fmt::format("Old packets {} came again.", p.name),
                 fmt::format("{:.0f} copies came more than a second after the packet{}", p.of("lateCopies"),
                             first_event(p, PathEvent::Kind::late_copy)),
                 "No network does this: somebody recorded packets and sends them again. Receivers drop them; "
                 "find out who is on the path."};
}

std::optional<Finding> foreign_packets(const Place& p) {
  const double foreign = p.of("notAuthentic");
  if (foreign < 5) return std::nullopt;
  const std::string evidence = fmt::format(
      "{:.0f} packets bear its connection id and are not sealed by it, {:.0f} others are missing{}", foreign,
      p.of("packetsLost"), first_event(p, PathEvent::Kind::not_authentic));
  if (instead_of_others(p)) {
    return Finding{"damage", Weight::warning, fmt::format("Packets {} were damaged on the way.", p.name),
                   evidence,
                   "A device on the way changes packets and makes their checksums fit: a faulty router or "
                   "memory, or a middlebox that rewrites what it takes for something else."};
  }
  return Finding{"injection", Weight::severe,
                 fmt::format("Somebody else sends packets that pretend to come {}.", p.name), evidence,
                 "Receivers drop them, so that nothing is changed or heard; whoever does it sees the "
                 "traffic, or the key log is not complete."};
}

std::optional<Finding> no_answer(const ConnectionAccount& c) {
  const double hellos = value_of(c.measures, "hellos");
  if (hellos <= 2 || !c.down.measures.empty()) return std::nullopt;
  return Finding{
      "no-answer", Weight::severe, fmt::format("{} was not answered by {}.", c.client, c.server),
      fmt::format("{:.0f} Hellos from {:.3f} s on, no packet back", hellos, value_of(c.measures, "helloAt")),
      "The server does not run, or a firewall drops UDP there or on the way back."};
}

std::optional<Finding> handshake_flood(const Unanswered& hellos) {
  if (hellos.count <= 100) return std::nullopt;
  return Finding{
      "handshake-flood", Weight::severe, "Many handshakes began that never ended.",
      fmt::format("{} connections with a Hello and nothing sealed, from {:.3f} s to {:.3f} s", hellos.count,
                  hellos.first, hellos.last),
      "Somebody floods the server, or it is overloaded; it answers with Retry, without state, above 64."};
}

}  // namespace avocet::analysis
