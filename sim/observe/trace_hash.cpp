#include "sim/observe/trace_hash.hpp"

#include "sim/observe/fingerprint.hpp"

namespace avocet::sim {
namespace {

std::int64_t ns(Time at) { return at.time_since_epoch().count(); }

}  // namespace

void TraceHash::mix_passing(char what, std::size_t where, Time now, const Passing& p) {
  mix(what, where, ns(now), p.end, p.index, p.size);
}

void TraceHash::on_entered(std::size_t where, Time now, const Passing& p) { mix_passing('e', where, now, p); }

void TraceHash::on_served(std::size_t where, Time now, const Passing& p, Duration queued) {
  mix_passing('s', where, now, p);
  mix(queued.count());
}

void TraceHash::on_lost(std::size_t where, Time now, const Passing& p, LossCause cause) {
  mix_passing('l', where, now, p);
  mix(cause);
}

void TraceHash::on_duplicated(std::size_t where, Time now, const Passing& p) {
  mix_passing('d', where, now, p);
}

void TraceHash::on_arrived(std::size_t where, Time now, const Passing& p) { mix_passing('a', where, now, p); }

void TraceHash::on_sent(Time now, const DatagramSeen& seen) {
  mix('>', ns(now), seen.end, seen.index, seen.ecn);
  mix(fingerprint(seen.bytes));
}

void TraceHash::on_received(Time now, const DatagramSeen& seen) {
  mix('<', ns(now), seen.end, seen.sender, seen.index, seen.ecn);
}

void TraceHash::on_made(Time now, const FrameMade& made) {
  mix('m', ns(now), made.flow, made.track, made.frame.number.value, made.frame.size(), made.admission);
}

void TraceHash::on_out(Time now, const FrameOut& out) {
  mix('o', ns(now), out.flow, out.track, out.frame.number.value, out.frame.size(), out.late);
}

void TraceHash::on_playback(Time now, const Playback& playback) {
  mix('p', ns(now), playback.flow, playback.kind, playback.lasted.count());
}

void TraceHash::on_heard(Time now, std::uint32_t end, std::string_view line) {
  mix('h', ns(now), end);
  mix(fingerprint(as_bytes(line)));
}

}  // namespace avocet::sim
