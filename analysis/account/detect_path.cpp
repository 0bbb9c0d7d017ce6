#include "analysis/account/detect_path.hpp"

#include <algorithm>

namespace avocet::analysis {

using Weight = Finding::Weight;

namespace {

constexpr std::string_view shorten_queues =
    "Turn on queue management (fq_codel, CAKE) at the bottleneck, usually the access router, or see what "
    "else fills it.";

/// Without keys: one finding for both directions, as the spin bit cannot tell them apart.
std::optional<Finding> bufferbloat_by_spin(const Place& p) {
  const double queue = p.queue_delay(), base = p.of("spinRoundTripMin");
  constexpr double busy = 20;  // packets/s: of a quiet connection round trips are pauses
  if (&p.direction != &p.connection.down || p.of("packets") < busy * p.of("duration")) return std::nullopt;
  if (queue < 0.1 || queue < base) return std::nullopt;
  return Finding{"bufferbloat", queue > 0.3 ? Weight::severe : Weight::warning,
                 "Packets waited in a long queue, there or back.",
                 fmt::format("by the spin bit half of the round trips took {:.0f} ms or more, a twentieth "
                             "{:.0f} ms, the longest {:.0f} ms{}, the quickest {:.0f} ms",
                             p.of("spinRoundTripP50") * 1e3, p.of("spinRoundTripP95") * 1e3,
                             p.of("spinRoundTripMax") * 1e3, longest_wait(p), base * 1e3),
                 std::string(shorten_queues)};
}

}  // namespace

std::optional<Finding> bufferbloat(const Place& p) {
  if (!p.acknowledged()) return bufferbloat_by_spin(p);
  const bool before = p.of("queueBeforeP95") > p.of("queueDelayP95");
  const double queue = p.queue_delay(), most = p.of(before ? "queueBeforeMax" : "queueDelayMax");
  const double base = std::max(p.of("roundTripMin"), value_of(p.opposite().measures, "roundTripMin"));
  const bool clock = value_of(p.connection.measures, "clockSteps") > 0;  // which looks like a queue
  if (queue < 0.1 || queue < base || clock) return std::nullopt;
  return Finding{"bufferbloat", queue > 0.3 ? Weight::severe : Weight::warning,
                 fmt::format("Packets {} waited in a long queue on their way.", p.name),
                 fmt::format("queueing delay {:.0f} ms at the 95th percentile, {:.0f} ms at most{}; without "
                             "it there and back takes {:.0f} ms",
                             queue * 1e3, most * 1e3, longest_wait(p), base * 1e3),
                 std::string(shorten_queues)};
}

/// Of a receiver that keeps up, half the acknowledgements leave within the 25 ms that it may hold them; where
/// the way back is full, they wait for that.
std::optional<Finding> slow_receiver(const Place& p) {
  const double held = p.of("ackDelayP50");
  const bool way_back_full = Place{p.connection, p.opposite(), {}}.queue_delay() > held;
  if (held < 0.03 || p.of("packets") < 200 || way_back_full) return std::nullopt;
  return Finding{"slow-receiver", Weight::warning,
                 fmt::format("The receiver of packets {} does not keep up.", p.name),
                 fmt::format("it says that it held half of its acknowledgements for more than {:.0f} ms, a "
                             "twentieth for more than {:.0f} ms, after their packets were there; longest "
                             "that of packet {:.0f}, at {:.3f} s: {:.0f} ms",
                             held * 1e3, p.of("ackDelayP95") * 1e3, p.of("ackDelayMaxNumber"),
                             p.of("ackDelayMaxAt"), p.of("ackDelayMax") * 1e3),
                 "Its machine is too busy: close other programs, choose a lower rendition (--cap) or "
                 "decoding in hardware."};
}

std::optional<Finding> reordering(const Place& p) {
  const double share = p.of("packetsReordered") / std::max(1.0, p.of("packetsReceived"));
  if (p.of("packetsReordered") < 10 || share < 0.001) return std::nullopt;
  return Finding{
      "reordering", share > 0.02 ? Weight::warning : Weight::note,
      fmt::format("Packets {} overtook each other.", p.name),
      fmt::format(
          "{:.2f} % came late ({:.0f} packets), most of all packet {:.0f} at {:.3f} s, by {:.0f} places",
          share * 100, p.of("packetsReordered"), p.of("reorderingWorstNumber"), p.of("reorderingWorstAt"),
          p.of("reorderingExtent")),
      "Balancing over several links by packet instead of by flow does this; so do some Wi-Fi repeaters."};
}

std::optional<Finding> duplication(const Place& p) {
  const double copies = p.of("packetsDuplicated") - p.of("lateCopies");
  const double share = copies / std::max(1.0, p.of("packetsReceived"));
  if (copies < 10 || share < 0.001) return std::nullopt;
  const bool all = share > 0.5;
  return Finding{"duplication", Weight::warning, fmt::format("Packets {} came more than once.", p.name),
                 fmt::format("{:.0f} copies, {:.2f} % of the packets{}", copies, share * 100,
                             first_event(p, PathEvent::Kind::copy)),
                 all ? "Nearly each came twice: the capture was probably made on two interfaces that the "
                       "same packets pass, as `-i any` does. Capture one of them."
                     : "A loop or a mirror port makes copies, receivers drop them."};
}

std::optional<Finding> address_change(const Place& p) {
  for (const PathEvent& e : p.direction.events) {
    if (e.kind != PathEvent::Kind::address) continue;
    return Finding{"address-change", Weight::note, fmt::format("The address changed {}.", p.name),
                   fmt::format("at {:.3f} s with packet {}: {}; {:.0f} times in all",
                               to_seconds(e.at.time_since_epoch()), e.number, e.what, p.of("addressChanges")),
                   "Expected when a device changes its network. Often and with the same address: a NAT "
                   "forgets its mapping."};
  }
  return std::nullopt;
}

std::optional<Finding> route_change(const Place& p) {
  const auto changes = std::ranges::count(p.direction.events, PathEvent::Kind::hops, &PathEvent::kind);
  if (changes == 0) return std::nullopt;
  const auto first = std::ranges::find(p.direction.events, PathEvent::Kind::hops, &PathEvent::kind);
  return Finding{"route-change", changes > 8 ? Weight::warning : Weight::note,
                 fmt::format("The route of packets {} changed.", p.name),
                 fmt::format("{} times, first at {:.3f} s with packet {}: {}", changes, seconds_of(first->at),
                             first->number, first->what),
                 "A change now and then is usual. Many mean several routes at once, which reorder packets."};
}

std::optional<Finding> congestion_marks(const Place& p) {
  const double share = p.of("packetsMarked") / std::max(1.0, p.of("packets"));
  if (p.of("packetsMarked") < 10) return std::nullopt;
  return Finding{"congestion-marks", Weight::note,
                 fmt::format("A queue marked packets {} instead of dropping them.", p.name),
                 fmt::format("{:.2f} % bear ECN-CE ({:.0f} packets){}", share * 100, p.of("packetsMarked"),
                             first_event(p, PathEvent::Kind::marked)),
                 "This is how it should be: the sender slows down before packets are lost."};
}

/// A path that clears marks clears all of them; where some came, it was the sender that gave them up. So it
/// was, perhaps, where none came of the first ones, which alone it marks until one is acknowledged
/// (AV-ECN-3).
std::optional<Finding> ecn_cleared(const Place& p) {
  constexpr double tests = 10;
  const double other = value_of(p.opposite().measures, "ectRatio");
  if (p.of("notEctFirstNumber") >= tests) return std::nullopt;
  if (p.of("packets") < 200 || p.of("ectRatio") > 0 || other < 0.5) return std::nullopt;
  return Finding{"ecn-cleared", Weight::note, fmt::format("Packets {} came without ECN.", p.name),
                 fmt::format("none of {:.0f} can be marked, from packet {:.0f} at {:.3f} s on; {:.0f} % can "
                             "in the other direction",
                             p.of("packets"), p.of("notEctFirstNumber"), p.of("notEctFirstAt"), other * 100),
                 "A router on the way clears the bits; queues there can only drop."};
}

}  // namespace avocet::analysis
