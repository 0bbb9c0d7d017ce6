#include "analysis/account/path_account.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

namespace avocet::analysis {
namespace {

constexpr double gap = std::numeric_limits<double>::quiet_NaN();

double ratio(double part, double whole) { return whole > 0 ? part / whole : 0; }

Series series_of(const Timeline<PathSlot>& timeline, double mean_size) {
  Series out{.width = to_seconds(timeline.width())};
  for (const PathSlot& slot : timeline.slots()) {
    const auto bytes = static_cast<double>(slot.bytes);
    out.offered.push_back((bytes + slot.lost * mean_size) * 8 / out.width);
    out.delivered.push_back((bytes - slot.lost_beyond * mean_size) * 8 / out.width);
    out.lost.push_back(slot.lost + slot.lost_beyond);
    out.rate.push_back(static_cast<double>(slot.bytes) * 8 / out.width);
    const double all = slot.packets + slot.lost;
    out.loss.push_back(all > 0 ? slot.lost / all : gap);
    out.round_trip.push_back(slot.round_trips > 0 ? slot.round_trip_sum / slot.round_trips : gap);
    out.queue.push_back(slot.queue_samples > 0 ? slot.queue_sum / slot.queue_samples : gap);
  }
  return out;
}

}  // namespace

DirectionAccount path_account(const Direction& d) {
  DirectionAccount out;
  out.loss_runs = d.numbers.runs();
  out.sizes = d.sizes.counts();
  out.series = series_of(d.timeline, ratio(static_cast<double>(d.bytes), static_cast<double>(d.packets)));
  out.events = d.events;
  if (const auto stray = d.numbers.first_stray()) {
    out.events.push_back(
        {PathEvent::Kind::not_authentic, stray->at, stray->begin, "a packet came with an impossible number"});
    std::ranges::stable_sort(out.events, {}, &PathEvent::at);
  }
  const NumberTrack::Gap gap = d.numbers.longest_gap();
  out.longest_loss = {gap.begin, gap.end - gap.begin, gap.at};
  if (d.packets == 0) return out;
  const auto number = [](auto n) { return static_cast<double>(n); };
  const double duration = to_seconds(d.last - d.first);
  double runs = 0;
  for (const std::uint64_t n : out.loss_runs) runs += number(n);
  const double lost = number(d.numbers.lost()), received = number(d.numbers.received());
  const double addresses = number(std::ranges::count(d.events, PathEvent::Kind::address, &PathEvent::kind));
  out.measures = {{"packets", number(d.packets)},
                  {"bytes", number(d.bytes)},
                  {"duration", duration},
                  {"rate", ratio(number(d.bytes) * 8, duration)},
                  {"peakRate", out.series.rate.empty() ? 0 : std::ranges::max(out.series.rate)},
                  {"meanSize", ratio(number(d.payload_bytes), number(d.packets))},
                  {"largestSize", number(d.sizes.largest())},
                  {"packetsReceived", received},
                  {"packetsLost", lost},
                  {"lossRatio", ratio(lost, lost + received)},
                  {"lossRuns", runs},
                  {"meanLossRun", ratio(lost, runs)},
                  {"packetsReordered", number(d.numbers.overtaken())},
                  {"reorderingExtent", number(d.numbers.largest_extent())},
                  {"reorderingWorstAt", to_seconds(d.numbers.most_overtaken().at.time_since_epoch())},
                  {"reorderingWorstNumber", number(d.numbers.most_overtaken().begin)},
                  {"packetsDuplicated", number(d.numbers.duplicates())},
                  {"packetsMarked", number(d.ecn[static_cast<std::size_t>(Ecn::ce)])},
                  {"ectRatio", ratio(number(d.packets - d.ecn[0]), number(d.packets))},
                  {"lateCopies", number(d.late_copies)},
                  {"notAuthentic", number(d.numbers.strays() + (d.opened > 0 ? d.closed : 0))},
                  {"longestSilence", to_seconds(d.longest_silence)},
                  {"longestSilenceAt", to_seconds(d.longest_silence_at.time_since_epoch())},
                  {"keyUpdates", number(d.key_updates)},
                  {"addressChanges", addresses}};
  if (d.first_not_ect) {
    out.measures.push_back({"notEctFirstAt", to_seconds(d.first_not_ect->at.time_since_epoch())});
    out.measures.push_back({"notEctFirstNumber", number(d.first_not_ect->number)});
  }
  if (d.spin_round_trips.count() > 0) {
    out.measures.push_back({"spinRoundTripMin", to_seconds(d.spin_round_trips.min())});
    out.measures.push_back({"spinRoundTripP95", to_seconds(d.spin_round_trips.at(0.95))});
    out.measures.push_back({"spinRoundTripP50", to_seconds(d.spin_round_trips.at(0.5))});
    out.measures.push_back({"spinRoundTripMax", to_seconds(d.spin_round_trips.max())});
    out.measures.push_back({"spinRoundTripMaxAt", to_seconds(d.longest_spin.at.time_since_epoch())});
    out.measures.push_back({"spinRoundTripMaxNumber", number(d.longest_spin.number)});
  }
  return out;
}

}  // namespace avocet::analysis
