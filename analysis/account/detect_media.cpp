#include "analysis/account/detect_media.hpp"

#include <algorithm>

namespace avocet::analysis {
namespace {

using Weight = Finding::Weight;

double of(const TrackAccount& t, std::string_view name) { return value_of(t.measures, name); }
double of(const PlayAccount& p, std::string_view name) { return value_of(p.measures, name); }

/// The first track of pictures with enough of them to judge by for which it is so. Of one that is starved
/// only now and then one comes, and what that is like says nothing of the rest.
template <class Condition>
const TrackAccount* find_video(const Place& p, Condition&& holds) {
  constexpr double fewest = 100, starved = 8;  // pictures; 1/s
  const auto found = std::ranges::find_if(p.direction.tracks, [&](const TrackAccount& t) {
    const bool enough = of(t, "framesReceived") >= fewest && of(t, "frameRate") >= starved;
    return t.told && t.kind == media::Kind::video && enough && holds(t);
  });
  return found == p.direction.tracks.end() ? nullptr : &*found;
}

}  // namespace

std::optional<Finding> key_frame_spikes(const Place& p) {
  // What is stored waits in the viewer's buffer anyway.
  const auto& plays = p.connection.plays;
  if (!plays.empty() && std::ranges::none_of(plays, &PlayAccount::live)) return std::nullopt;
  const TrackAccount* track = find_video(p, [](const TrackAccount& t) {
    return of(t, "keyFrames") >= 4 && of(t, "keyFrameSize") > 6 &&
           of(t, "keyFrameSize") > 0.2 * of(t, "frameRate");
  });
  if (track == nullptr) return std::nullopt;
  const double frame = of(*track, "largestFrame");
  return Finding{"key-frame-spikes", Weight::warning,
                 fmt::format("Key frames of {} are very large.", track->name),
                 fmt::format("a key frame has the size of {:.1f} frames on average, what takes {:.0f} ms; "
                             "the largest has {:.0f} KB, at {:.2f} s, and is frame {:.0f}",
                             of(*track, "keyFrameSize"),
                             1e3 * of(*track, "keyFrameSize") / std::max(1.0, of(*track, "frameRate")),
                             frame / 1e3, of(*track, "largestFrameAt"), of(*track, "largestFrameNumber")),
                 "Bound the size of key frames in the encoder (VBV): they fill queues and come late."};
}

/// It follows losses: what it costs depends on how many there happened to be.
std::optional<Finding> too_much_parity(const Place& p) {
  constexpr double costs = 0.03, needed = 20;  // of the bytes; in shares of lost packets
  const double loss = p.of("pathLossRatio");
  const TrackAccount* track = find_video(p, [&](const TrackAccount& t) {
    return of(t, "parityShare") > costs && of(t, "parityShare") > needed * loss;
  });
  if (track == nullptr) return std::nullopt;
  return Finding{
      "too-much-parity", Weight::note, fmt::format("Parity for {} was hardly needed.", track->name),
      fmt::format("{:.0f} % of its bytes are parity; {:.2f} % of the packets were lost, and {:.0f} of {:.0f} "
                  "frames repaired; the first parity came at {:.2f} s, for fragment {:.0f}",
                  of(*track, "parityShare") * 100, loss * 100, of(*track, "framesRepaired"),
                  of(*track, "framesReceived"), of(*track, "parityFirstAt"), of(*track, "parityFirstNumber")),
      "The sender expects more loss than there is: usual for some seconds after a bad time, else the round "
      "trip is long and parity is its only means; a higher --latency lets it repair by sending again."};
}

std::optional<Finding> too_little_parity(const Place& p) {
  if (&p.direction != &p.connection.down || p.of("pathLossRatio") < 0.002) return std::nullopt;
  for (const PlayAccount& play : p.connection.plays) {
    const double lost = of(play, "framesLost") + of(play, "framesDropped"), shown = of(play, "framesShown");
    const double round_trip = std::max(p.of("roundTripP50"), value_of(p.opposite().measures, "roundTripP50"));
    // One that is sent again comes a round trip after it was missed, if it is not lost too.
    const bool too_late_to_repeat = 1.5 * round_trip > of(play, "latency");
    if (!play.live || !too_late_to_repeat || lost < 10 || lost < 0.01 * shown) continue;
    return Finding{
        "too-little-parity", Weight::warning,
        fmt::format("Losses of {} could not be repaired in time.", play.title),
        fmt::format("{:.0f} pictures were lost at {:.2f} % packet loss; sending again takes {:.0f} ms, the "
                    "viewer waits {:.0f} ms, and parity did not make up for it; most in a row: {}",
                    lost, p.of("pathLossRatio") * 100, round_trip * 1e3, of(play, "latency") * 1e3,
                    numbers_and_time(p.direction.longest_loss)),
        "Give repair more time (--latency of twice the round trip or more); parity covers short losses "
        "only."};
  }
  return std::nullopt;
}

std::optional<Finding> wasted_retransmissions(const Place& p) {
  // What is lost behind this place is rightly sent again.
  const double lost = p.of("packetsLostBeyond");
  const auto wasted = [&](const TrackAccount& t) { return of(t, "fragmentsRepeated") - 1.5 * lost; };
  const TrackAccount* track = find_video(
      p, [&](const TrackAccount& t) { return wasted(t) > 30 && wasted(t) > 0.01 * of(t, "fragments"); });
  if (track == nullptr) return std::nullopt;
  return Finding{"wasted-retransmissions", Weight::warning,
                 fmt::format("Fragments of {} were sent again although they had arrived.", track->name),
                 fmt::format("{:.0f} fragments of {:.0f} came twice, where {:.0f} packets were lost behind "
                             "this place; the first was {:.0f}, at {:.2f} s",
                             of(*track, "fragmentsRepeated"), of(*track, "fragments"), lost,
                             of(*track, "repeatedFirstNumber"), of(*track, "repeatedFirstAt")),
                 "Acknowledgements were late or lost, or packets far out of order: look at the other "
                 "direction and at reordering."};
}

std::optional<Finding> encoder_overshoot(const ConnectionAccount& c) {
  const double seconds = value_of(c.measures, "encoderTime"),
               above = value_of(c.measures, "encoderTimeAbove");
  if (above < 8 || above < 0.3 * seconds) return std::nullopt;
  return Finding{
      "encoder-overshoot", Weight::warning,
      fmt::format("The encoder at {} makes more than it is told.", c.client),
      fmt::format(
          "in {:.0f} of {:.0f} seconds 15 % more or above; at most {:.0f} % of what it may, at {:.1f} s",
          above, seconds, value_of(c.measures, "encoderWorst") * 100, value_of(c.measures, "encoderWorstAt")),
      "Let it keep to a constant rate with a short buffer (VBV of a second or less); frames beyond what the "
      "path takes are lost or late."};
}

std::optional<Finding> freezes(const PlayAccount& play, double clock_steps) {
  if (of(play, "freezeCount") <= clock_steps) return std::nullopt;
  return Finding{"freezes", of(play, "totalFreezesDuration") > 2 ? Weight::severe : Weight::warning,
                 fmt::format("The picture of {} froze {:.0f} times, {:.1f} s in all.", play.title,
                             of(play, "freezeCount"), of(play, "totalFreezesDuration")),
                 fmt::format("{:.0f} pictures were not whole in time, {:.0f} could not be decoded, {:.0f} "
                             "were shown; the first was over at {:.2f} s",
                             of(play, "framesLost"), of(play, "framesDropped"), of(play, "framesShown"),
                             of(play, "firstFreezeAt")),
                 "Look at loss, queue and rate at those times; a higher --latency gives repair more time."};
}

std::optional<Finding> slow_path(const PlayAccount& play) {
  if (of(play, "stalls") <= 1) return std::nullopt;
  return Finding{
      "slow-path", Weight::severe,
      fmt::format("{} stopped {:.0f} times to wait for media.", play.title, of(play, "stalls")),
      fmt::format("{:.1f} s were buffered at the median; the first time was at {:.2f} s",
                  of(play, "buffered"), of(play, "firstStallAt")),
      "The path carries less than the lowest rendition needs: offer a lower one, or free the path."};
}

std::optional<Finding> oscillating_rendition(const PlayAccount& play, double seconds) {
  const auto count = static_cast<double>(play.switches.size());
  if (count <= 3 || count <= 4 * seconds / 60) return std::nullopt;
  const PlayView::Switch& first = play.switches.front();
  return Finding{
      "oscillating-rendition", Weight::warning,
      fmt::format("The rendition of {} went up and down.", play.title),
      fmt::format("{:.0f} switches in {:.0f} s, the first at {:.1f} s ({} to {}), the last at {:.1f} s",
                  count, seconds, seconds_of(first.at), first.from, first.to,
                  seconds_of(play.switches.back().at)),
      "The path is between two renditions, or shared with something that comes and goes: cap the rendition "
      "(--cap) or add one in between."};
}

}  // namespace avocet::analysis
