#include "analysis/account/detectors.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <optional>

namespace avocet::analysis {
namespace {

using Weight = Finding::Weight;

/// Where something is looked for: one direction of a connection.
struct Place {
  const ConnectionAccount& connection;
  const DirectionAccount& direction;
  std::string_view name;  ///< "from the server"
  double of(std::string_view metric) const { return value_of(direction.measures, metric); }
};
using Detector = std::optional<Finding> (*)(const Place&);

/// The slot of a series with the highest value, as a time for a person.
std::string when_highest(const Series& series, const std::vector<double>& values) {
  std::size_t best = 0;
  double highest = -1;
  for (std::size_t i = 0; i < values.size(); ++i) {
    if (values[i] > highest) highest = values[i], best = i;
  }
  return fmt::format("at {:.1f} s", static_cast<double>(best) * series.width);
}

std::optional<Finding> bufferbloat(const Place& p) {
  const double queue = p.of("queueDelayP95"), base = p.of("roundTripMin");
  if (queue < 0.1 || queue < base) return std::nullopt;
  return Finding{
      "bufferbloat", queue > 0.3 ? Weight::severe : Weight::warning,
      fmt::format("Packets {} waited in a long queue on their way.", p.name),
      fmt::format(
          "queueing delay {:.0f} ms at the 95th percentile, {:.0f} ms at most ({}); the path alone takes "
          "{:.0f} ms there and back",
          queue * 1e3, p.of("queueDelayMax") * 1e3,
          when_highest(p.direction.series, p.direction.series.queue), base * 1e3),
      "Turn on queue management (fq_codel, CAKE) at the bottleneck, usually the access router, or see what "
      "else fills it."};
}

std::optional<Finding> loss(const Place& p) {
  const double ratio = p.of("lossRatio"), run = p.of("meanLossRun");
  if (p.of("packetsLost") < 10 || ratio < 0.002) return std::nullopt;
  // Independent losses come in runs of 1 / (1 - ratio).
  const bool bursts = run > 1.5 / (1 - ratio);
  const std::string evidence = fmt::format(
      "{:.2f} % of the packets ({:.0f}) are missing, in {:.0f} runs of {:.1f} on average; worst {}",
      ratio * 100, p.of("packetsLost"), p.of("lossRuns"), run,
      when_highest(p.direction.series, p.direction.series.loss));
  const Weight weight = ratio > 0.02 ? Weight::severe : Weight::warning;
  if (bursts) {
    return Finding{
        "burst-loss", weight, fmt::format("Packets {} were lost in bursts.", p.name), evidence,
        "Bursts come from queues that overflow or from radio: compare with the round trip at those times; a "
        "rising one means a full queue."};
  }
  return Finding{"random-loss", weight, fmt::format("Packets {} were lost one by one.", p.name), evidence,
                 "Single losses without a growing queue point at the medium: a cable, Wi-Fi at its range, a "
                 "faulty port."};
}

std::optional<Finding> asymmetric_loss(const Place& p) {
  const bool down = &p.direction == &p.connection.down;
  const double here = p.of("lossRatio");
  const double there = value_of((down ? p.connection.up : p.connection.down).measures, "lossRatio");
  if (p.of("packetsLost") < 20 || here < 0.01 || here < 5 * there) return std::nullopt;
  return Finding{"asymmetric-loss", Weight::note, fmt::format("Only packets {} are lost.", p.name),
                 fmt::format("{:.2f} % against {:.2f} % in the other direction", here * 100, there * 100),
                 "The place where they are lost is full or broken in one direction only. A capture near the "
                 "receiver sees "
                 "all losses of this direction, but few of the other one."};
}

std::optional<Finding> reordering(const Place& p) {
  const double share = p.of("packetsReordered") / std::max(1.0, p.of("packetsReceived"));
  if (p.of("packetsReordered") < 10 || share < 0.001) return std::nullopt;
  return Finding{
      "reordering", share > 0.02 ? Weight::warning : Weight::note,
      fmt::format("Packets {} overtook each other.", p.name),
      fmt::format("{:.2f} % came late ({:.0f} packets), by up to {:.0f} places", share * 100,
                  p.of("packetsReordered"), p.of("reorderingExtent")),
      "Balancing over several links by packet instead of by flow does this; so do some Wi-Fi repeaters."};
}

std::optional<Finding> duplication(const Place& p) {
  const double share = p.of("packetsDuplicated") / std::max(1.0, p.of("packetsReceived"));
  if (p.of("packetsDuplicated") < 10 || share < 0.001) return std::nullopt;
  const bool all = share > 0.5;
  return Finding{
      "duplication", Weight::warning, fmt::format("Packets {} came more than once.", p.name),
      fmt::format("{:.0f} copies, {:.2f} % of the packets", p.of("packetsDuplicated"), share * 100),
      all ? "Nearly each came twice: the capture was probably made on two interfaces that the same packets "
            "pass, "
            "as `-i any` does. Capture one of them."
          : "A loop or a mirror port makes copies, or somebody replays packets: receivers drop them."};
}

std::optional<Finding> outage(const Place& p) {
  const double silence = p.of("longestSilence");
  if (silence < 2 || p.of("rate") < 50'000 || p.of("duration") < 3 * silence) return std::nullopt;
  const bool lost = p.of("packetsLost") > 0;
  return Finding{"outage", Weight::severe, fmt::format("Nothing came {} for {:.1f} s.", p.name, silence),
                 fmt::format("{} packet numbers are missing over the whole capture", lost ? "some" : "no"),
                 "If no numbers are missing after it, the sender was silent; else the path was down or the "
                 "capture was."};
}

std::optional<Finding> migration(const Place& p) {
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
                 fmt::format("{} times, first at {:.3f} s: {}", changes,
                             to_seconds(first->at.time_since_epoch()), first->what),
                 "A change now and then is usual. Many mean several routes at once, which reorder packets."};
}

std::optional<Finding> marks(const Place& p) {
  const double share = p.of("packetsMarked") / std::max(1.0, p.of("packets"));
  if (p.of("packetsMarked") < 10) return std::nullopt;
  return Finding{"congestion-marks", Weight::note,
                 fmt::format("A queue marked packets {} instead of dropping them.", p.name),
                 fmt::format("{:.2f} % bear ECN-CE ({:.0f} packets)", share * 100, p.of("packetsMarked")),
                 "This is how it should be: the sender slows down before packets are lost."};
}

std::optional<Finding> ecn_stripped(const Place& p) {
  const bool down = &p.direction == &p.connection.down;
  const double other = value_of((down ? p.connection.up : p.connection.down).measures, "ectRatio");
  if (p.of("packets") < 200 || p.of("ectRatio") > 0.05 || other < 0.5) return std::nullopt;
  return Finding{"ecn-cleared", Weight::note, fmt::format("Packets {} came without ECN.", p.name),
                 fmt::format("{:.0f} % of them can be marked, {:.0f} % in the other direction",
                             p.of("ectRatio") * 100, other * 100),
                 "A router on the way clears the bits; queues there can only drop."};
}

std::optional<Finding> key_frame_spikes(const Place& p) {
  for (const TrackAccount& t : p.direction.tracks) {
    const double rate = value_of(t.measures, "bitrate"), frame = value_of(t.measures, "largestFrame") * 8;
    if (value_of(t.measures, "keyFrames") < 3 || rate <= 0 || frame < 0.4 * rate) continue;
    return Finding{"key-frame-spikes", Weight::warning,
                   fmt::format("Some frames of {} are very large.", t.name),
                   fmt::format("the largest has {:.0f} KB, what the track sends in {:.0f} ms", frame / 8e3,
                               frame / rate * 1e3),
                   "Bound the size of key frames in the encoder (VBV): they fill queues and come late."};
  }
  return std::nullopt;
}

std::optional<Finding> repair(const Place& p) {
  for (const TrackAccount& t : p.direction.tracks) {
    const double overhead = value_of(t.measures, "repairOverhead");
    const double loss = p.of("lossRatio"), frames = value_of(t.measures, "framesReceived");
    if (frames < 100 || t.kind == media::Kind::audio) continue;  // sound is sent twice on purpose
    if (value_of(t.measures, "parityShare") > 0.1 && loss < 0.002 &&
        value_of(t.measures, "framesRepaired") < 0.002 * frames) {
      return Finding{
          "too-much-parity", Weight::note, fmt::format("Parity for {} was hardly needed.", t.name),
          fmt::format("{:.0f} % of its bytes are parity; {:.2f} % of the packets were lost up to here",
                      value_of(t.measures, "parityShare") * 100, loss * 100),
          "Only if the capture was made near the viewer: then the sender measured too high a loss, or "
          "probed."};
    }
    if (value_of(t.measures, "fragmentsRepeated") > 50 && overhead > 0.02 + 3 * loss) {
      return Finding{"wasted-retransmissions", Weight::warning,
                     fmt::format("Fragments of {} were sent again although they had come this far.", t.name),
                     fmt::format("{:.0f} fragments; repair took {:.1f} % at {:.2f} % loss",
                                 value_of(t.measures, "fragmentsRepeated"), overhead * 100, loss * 100),
                     "Near the sender this shows losses further on. Near the viewer it is waste: "
                     "acknowledgements were lost "
                     "or late."};
    }
  }
  return std::nullopt;
}

constexpr std::array<Detector, 12> detectors{bufferbloat, loss,         asymmetric_loss,  reordering,
                                             duplication, outage,       migration,        route_change,
                                             marks,       ecn_stripped, key_frame_spikes, repair};

void look_at_plays(const ConnectionAccount& c, std::vector<Finding>& out) {
  for (const PlayAccount& play : c.plays) {
    const auto of = [&](std::string_view name) { return value_of(play.measures, name); };
    if (of("freezeCount") > 0) {
      out.push_back(
          {"freezes", of("totalFreezesDuration") > 2 ? Weight::severe : Weight::warning,
           fmt::format("The picture of {} froze {:.0f} times, {:.1f} s in all.", play.title,
                       of("freezeCount"), of("totalFreezesDuration")),
           fmt::format(
               "{:.0f} pictures were not whole in time, {:.0f} could not be decoded, {:.0f} were shown",
               of("framesLost"), of("framesDropped"), of("framesShown")),
           "Look at loss, queue and rate at those times; a higher --latency gives repair more time."});
    }
    if (of("stalls") > 1) {
      out.push_back(
          {"slow-path", Weight::severe,
           fmt::format("{} stopped {:.0f} times to wait for media.", play.title, of("stalls")),
           fmt::format("{:.1f} s were buffered at the median", of("buffered")),
           "The path carries less than the lowest rendition needs: offer a lower one, or free the path."});
    }
    const double minutes = value_of(c.down.measures, "duration") / 60;
    if (play.switches.size() > 3 && static_cast<double>(play.switches.size()) > 4 * minutes) {
      out.push_back(
          {"oscillating-rendition", Weight::warning,
           fmt::format("The rendition of {} went up and down.", play.title),
           fmt::format("{} switches in {:.1f} minutes, the first at {:.1f} s ({} to {})",
                       play.switches.size(), minutes, to_seconds(play.switches[0].at.time_since_epoch()),
                       play.switches[0].from, play.switches[0].to),
           "The path is between two renditions, or shared with something that comes and goes: cap the "
           "rendition "
           "(--cap) or add one in between."});
    }
  }
}

void look_at_handshake(const ConnectionAccount& c, std::vector<Finding>& out) {
  const double hellos = value_of(c.measures, "hellos"), opened = value_of(c.measures, "packetsOpened"),
               closed = value_of(c.measures, "packetsNotOpened");
  if (hellos > 2 && c.down.measures.empty()) {
    out.push_back({"no-answer", Weight::severe, fmt::format("{} was not answered by {}.", c.client, c.server),
                   fmt::format("{:.0f} Hellos, no packet back", hellos),
                   "The server does not run, or a firewall drops UDP there or on the way back."});
  }
  if (opened > 0 && closed > 10 && closed > 0.001 * opened) {
    out.push_back(
        {"not-authentic", Weight::warning, "Some packets did not open with the keys at hand.",
         fmt::format("{:.0f} of {:.0f}", closed, opened + closed),
         "The key log is incomplete, or packets were damaged or injected on the way; receivers drop those."});
  }
}

}  // namespace

std::vector<Finding> connection_findings(const ConnectionAccount& c) {
  std::vector<Finding> out;
  look_at_handshake(c, out);
  look_at_plays(c, out);
  for (const Place& place : {Place{c, c.down, "from the server"}, Place{c, c.up, "from the client"}}) {
    if (place.direction.measures.empty()) continue;
    for (const Detector detector : detectors) {
      if (auto finding = detector(place)) out.push_back(std::move(*finding));
    }
  }
  std::ranges::stable_sort(out, std::greater{}, &Finding::weight);
  return out;
}

std::vector<Finding> capture_findings(const CaptureReading& reading, const Account& account) {
  std::vector<Finding> out;
  if (reading.clock().steps_back() > 0) {
    out.push_back({"clock-set-back", Weight::warning, "The clock of the capture was set back.",
                   fmt::format("{} times, by up to {:.3f} s", reading.clock().steps_back(),
                               to_seconds(reading.clock().largest_step())),
                   "Times go on as if it had not been; delays across those places are wrong. Keep clocks by "
                   "slewing (chrony)."});
  }
  if (account.decoded.cut > 0 && reading.cut_datagrams() > 0) {
    out.push_back({"cut-packets", Weight::warning, "The capture holds only the beginning of packets.",
                   fmt::format("{} of ours are cut, so that they cannot be opened", reading.cut_datagrams()),
                   "Capture whole packets: `tcpdump -s 0`, `dumpcap` without -s."});
  }
  std::uint64_t unanswered = 0;
  for (const ConnectionAccount& c : account.connections) {
    unanswered += value_of(c.measures, "hellos") > 0 && value_of(c.measures, "handshakeTime") <= 0;
  }
  unanswered += reading.connections().turned_away();
  if (unanswered > 100) {
    out.push_back(
        {"handshake-flood", Weight::severe, "Many handshakes began that never ended.",
         fmt::format("{} connections with a Hello and nothing sealed", unanswered),
         "Somebody floods the server, or it is overloaded; it answers with Retry, without state, above 64."});
  }
  double media = 0;
  for (const ConnectionAccount& c : account.connections) media += value_of(c.down.measures, "bytes");
  if (media > 0 && !account.flows.empty() && value_of(account.flows[0].measures, "bytes") > 0.5 * media) {
    const FlowAccount& flow = account.flows[0];
    out.push_back({"cross-traffic", Weight::note,
                   fmt::format("{} between {} used the path too.", flow.name, flow.between),
                   fmt::format("{:.1f} MB at {:.2f} Mbit/s, beside {:.1f} MB of media",
                               value_of(flow.measures, "bytes") / 1e6, value_of(flow.measures, "rate") / 1e6,
                               media / 1e6),
                   "If it is not wanted, move it or give it a lower priority."});
  }
  return out;
}

}  // namespace avocet::analysis
