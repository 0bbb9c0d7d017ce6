#include "analysis/account/detectors.hpp"

#include <algorithm>
#include <array>
#include <functional>

#include "analysis/account/detect_attack.hpp"
#include "analysis/account/detect_capture.hpp"
#include "analysis/account/detect_loss.hpp"
#include "analysis/account/detect_media.hpp"
#include "analysis/account/detect_path.hpp"

namespace avocet::analysis {
namespace {

constexpr std::array<Detector, 19> of_directions{loss,
                                                 asymmetric_loss,
                                                 mtu_black_hole,
                                                 capture_loss,
                                                 outage,
                                                 bufferbloat,
                                                 slow_receiver,
                                                 reordering,
                                                 duplication,
                                                 address_change,
                                                 route_change,
                                                 congestion_marks,
                                                 ecn_cleared,
                                                 key_frame_spikes,
                                                 too_much_parity,
                                                 too_little_parity,
                                                 wasted_retransmissions,
                                                 replay,
                                                 foreign_packets};

void add(std::vector<Finding>& out, std::optional<Finding> found) {
  if (found) out.push_back(std::move(*found));
}

}  // namespace

std::vector<Finding> connection_findings(const ConnectionAccount& c) {
  std::vector<Finding> out;
  add(out, no_answer(c));
  add(out, clock_set(c));
  add(out, encoder_overshoot(c));
  // Pictures that the capture misses were not lost to the viewer.
  const bool whole = !capture_loss({c, c.down, {}});
  for (const PlayAccount& play : c.plays) {
    if (!whole) break;
    add(out, freezes(play, value_of(c.measures, "clockSteps")));
    add(out, slow_path(play));
    add(out, oscillating_rendition(play, value_of(c.down.measures, "duration")));
  }
  for (const Place& place : {Place{c, c.down, "from the server"}, Place{c, c.up, "from the client"}}) {
    if (place.direction.measures.empty()) continue;
    for (const Detector detector : of_directions) add(out, detector(place));
  }
  std::ranges::stable_sort(out, std::greater{}, &Finding::weight);
  return out;
}

std::vector<Finding> capture_findings(const CaptureReading& reading, const Account& account) {
  Unanswered unanswered{.count = reading.connections().turned_away()};
  for (const ConnectionAccount& c : account.connections) {
    if (value_of(c.measures, "hellos") == 0 || value_of(c.measures, "handshakeTime") > 0) continue;
    const double at = value_of(c.measures, "helloAt");
    unanswered.first = unanswered.last == 0 ? at : std::min(unanswered.first, at);
    unanswered.last = std::max(unanswered.last, at);
    ++unanswered.count;
  }
  std::vector<Finding> out;
  add(out, clock_set_back(reading.clock()));
  add(out, cut_packets(reading.cut_datagrams(), seconds_of(reading.first_cut())));
  add(out, handshake_flood(unanswered));
  add(out, unfair_cross_traffic(account));
  return out;
}

}  // namespace avocet::analysis
