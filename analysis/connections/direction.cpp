#include "analysis/connections/direction.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace avocet::analysis {

NumberTrack::Seen Direction::sealed(const Sighting& seen, std::uint32_t low, bool key_phase, bool spin) {
  const NumberTrack::Seen track = numbers.see(seen.at, low);
  if (track.kind == NumberTrack::Kind::stray) return track;
  note(seen);
  if (seen.ecn == Ecn::not_ect && !first_not_ect) first_not_ect = {seen.at, track.number.value};
  if (seen.ecn == Ecn::ce) {
    first_event({PathEvent::Kind::marked, seen.at, track.number.value, "a queue marked a packet"});
  }
  PathSlot& slot = timeline.at(seen.at);
  switch (track.kind) {
    case NumberTrack::Kind::overtaken: {
      ++slot.overtaken;
      PathSlot& missed = timeline.at(track.missed_at);
      if (missed.lost > 0) --missed.lost;
      return track;
    }
    case NumberTrack::Kind::duplicate: return ++slot.duplicates, copy(seen, track), track;
    default: break;
  }
  slot.lost += static_cast<std::uint32_t>(track.skipped);
  if (const auto round_trip = spin_.see(seen.at, spin)) {
    if (*round_trip > spin_round_trips.max()) longest_spin = {seen.at, track.number.value};
    spin_round_trips.add(*round_trip);
  }
  if (phase_ && *phase_ != key_phase) {
    ++key_updates;
    event({PathEvent::Kind::key_phase, seen.at, track.number.value, "the key phase changed"});
  }
  phase_ = key_phase;
  if (hops_ != 0 && hops_ != seen.hops) {
    event({PathEvent::Kind::hops, seen.at, track.number.value,
           fmt::format("packets came with {} hops left instead of {}: another route", seen.hops, hops_)});
  }
  hops_ = seen.hops;
  if (from != seen.from && from != PeerAddress{}) {
    event({PathEvent::Kind::address, seen.at, track.number.value,
           fmt::format("the sender moved from {} to {}", to_string(from), to_string(seen.from))});
  }
  from = seen.from, to = seen.to;
  return track;
}

/// How old the packet is follows from how many came since.
void Direction::copy(const Sighting& seen, const NumberTrack::Seen& track) {
  constexpr double longest_held = 1;  // s
  const double since = static_cast<double>(numbers.next().value - track.number.value);
  const bool late = since * to_seconds(seen.at - first) >= longest_held * static_cast<double>(packets);
  late_copies += late;
  first_event({late ? PathEvent::Kind::late_copy : PathEvent::Kind::copy, seen.at, track.number.value,
               late ? "a packet of long ago came again" : "a packet came again"});
}

void Direction::not_authentic(const Sighting& seen, std::uint64_t number) {
  note(seen);
  first_event({PathEvent::Kind::not_authentic, seen.at, number, "a packet came that no key opens"});
}

void Direction::forget_numbers(bool begun_here) {
  numbers = {};
  if (begun_here) numbers.begin_at_zero();
}

void Direction::handshake(const Sighting& seen, std::optional<std::uint32_t> low) {
  if (low) {
    if (!handshake_numbers.started()) handshake_numbers.begin_at_zero();
    if (handshake_numbers.see(seen.at, *low).kind == NumberTrack::Kind::stray) return;
  }
  note(seen);
  from = seen.from, to = seen.to;
}

void Direction::note(const Sighting& seen) {
  if (packets == 0) first = last = seen.at;
  if (seen.at - last > longest_silence) longest_silence = seen.at - last, longest_silence_at = last;
  last = seen.at;
  ++packets;
  bytes += seen.ip_size;
  payload_bytes += seen.size;
  sizes.add(seen.size);
  ++ecn[static_cast<std::size_t>(seen.ecn)];
  PathSlot& slot = timeline.at(seen.at);
  ++slot.packets;
  slot.bytes += seen.ip_size;
  slot.marked += seen.ecn == Ecn::ce;
}

/// Of what happens often only the first is told.
void Direction::first_event(PathEvent e) {
  if (std::ranges::find(events, e.kind, &PathEvent::kind) == events.end()) event(std::move(e));
}

void Direction::event(PathEvent e) {
  constexpr std::size_t most = 64;
  if (events.size() < most) events.push_back(std::move(e));
}

}  // namespace avocet::analysis
