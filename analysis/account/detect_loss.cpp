#include "analysis/account/detect_loss.hpp"

#include <algorithm>
#include <cmath>
#include <vector>

namespace avocet::analysis {
namespace {

using Weight = Finding::Weight;

constexpr double long_silence = 2;  // s

double mean_of(const std::vector<double>& values) {
  double mean = 0;
  for (const double v : values) mean += v / static_cast<double>(values.size());
  return mean;
}

double spread(const std::vector<double>& values) {
  const double mean = mean_of(values);
  double squares = 0;
  for (const double v : values) squares += (v - mean) * (v - mean);
  return std::sqrt(squares / static_cast<double>(values.size()));
}

/// A policer lets a rate through and drops what is above it: while packets are lost, what arrives hardly
/// changes, whatever is sent. Other losses take a share of what is sent. Nothing with too
/// little to go by.
struct Level {
  double share = 0;  ///< of the changes in what is sent, that what arrives changes by
  double rate = 0;   ///< that arrives, bit/s
};
std::optional<Level> levelling(const Series& series) {
  constexpr std::size_t enough = 20;
  std::vector<double> sent, came;
  for (std::size_t i = 0; i < series.lost.size(); ++i) {
    if (series.lost[i] > 0) sent.push_back(series.offered[i]), came.push_back(series.delivered[i]);
  }
  if (sent.size() < enough || spread(sent) <= 0) return std::nullopt;
  return Level{spread(came) / spread(sent), mean_of(came)};
}

std::optional<Level> policed(const Place& p) {
  constexpr double short_queue = 0.03;  // s
  if (p.of("pathLossRatio") < 0.01 || p.queue_delay() > short_queue) return std::nullopt;
  const auto level = levelling(p.direction.series);
  return level && level->share < 0.6 ? level : std::nullopt;
}

}  // namespace

std::optional<Finding> loss(const Place& p) {
  const LossRun& longest = p.direction.longest_loss;
  double lost = p.of("pathLost"), runs = p.of("pathLossRuns");
  // What is missing because of an outage is told of there.
  if (p.of("longestSilence") >= long_silence) lost -= static_cast<double>(longest.count), --runs;
  const double ratio = lost / std::max(1.0, p.of("packetsReceived") + p.of("packetsLost"));
  if (lost < 10 || ratio < 0.002) return std::nullopt;
  const double run = lost / std::max(1.0, runs);
  const std::string evidence = fmt::format(
      "{:.2f} % of the packets ({:.0f}) were lost, in {:.0f} runs of {:.1f} on average; worst {}, most in a "
      "row: {}",
      ratio * 100, lost, runs, run, when_highest(p.direction.series, p.direction.series.lost),
      numbers_and_time(longest));
  const Weight weight = ratio > 0.02 ? Weight::severe : Weight::warning;
  if (const auto level = policed(p)) {
    return Finding{"policing", weight, fmt::format("Something drops packets {} above a rate.", p.name),
                   fmt::format("{}; in those moments {:.2f} Mbit/s arrived, which changed by {:.0f} % of "
                               "what the sender's rate did, and packets hardly waited ({:.0f} ms)",
                               evidence, level->rate / 1e6, 100 * level->share, 1e3 * p.queue_delay()),
                   "A policer, or a queue with hardly any room: ask for shaping with a queue of some 50 ms, "
                   "or keep the stream below that rate (--cap)."};
  }
  // Independent losses come in runs of 1 / (1 - ratio).
  if (run > 1.5 / (1 - ratio)) {
    return Finding{"burst-loss", weight, fmt::format("Packets {} were lost in bursts.", p.name), evidence,
                   "Bursts come from queues that overflow or from radio: compare with the queueing delay at "
                   "those times; a rising one means a full queue."};
  }
  return Finding{"random-loss", weight, fmt::format("Packets {} were lost one by one.", p.name), evidence,
                 "Single losses without a growing queue point at the medium: a cable, Wi-Fi at its range, a "
                 "faulty port."};
}

std::optional<Finding> asymmetric_loss(const Place& p) {
  const double here = p.of("pathLossRatio"), there = value_of(p.opposite().measures, "pathLossRatio");
  // Only acknowledgements tell what is lost behind the place of the capture.
  const auto known = [](const DirectionAccount& d) { return measured(d.measures, "packetsLostBeyond"); };
  if (!known(p.direction) || !known(p.opposite())) return std::nullopt;
  if (p.of("pathLost") < 20 || here < 0.01 || here < 5 * there) return std::nullopt;
  return Finding{
      "asymmetric-loss", Weight::note, fmt::format("Only packets {} are lost.", p.name),
      fmt::format("{:.2f} % ({:.0f} packets) against {:.2f} % in the other direction; most in a row: {}",
                  here * 100, p.of("pathLost"), there * 100, numbers_and_time(p.direction.longest_loss)),
      "The place where they are lost is full or broken in one direction only: look at the queues and ports "
      "that send that way."};
}

std::optional<Finding> mtu_black_hole(const Place& p) {
  const double above = p.of("lostAboveLargest"), largest = p.of("largestArrived");
  constexpr double ethernet = 1472;  // UDP payload that an IPv4 path of 1500 bytes carries
  if (largest < 500 || largest >= ethernet) return std::nullopt;
  // As many would be lost by chance, at the rate at which smaller ones are.
  if (std::pow(std::max(p.of("pathLossRatio"), 0.01), above) > 1e-3) return std::nullopt;
  return Finding{
      "mtu-black-hole", Weight::warning, fmt::format("Large packets {} never arrive.", p.name),
      fmt::format("none of {:.0f} packets with more than {:.0f} bytes arrived, {:.1f} % of the smaller ones "
                  "did; the first of {:.0f} bytes was packet {:.0f}, at {:.3f} s",
                  above, largest, 100 * (1 - p.of("pathLossRatio")), p.of("largestLost"),
                  p.of("largestLostNumber"), p.of("largestLostAt")),
      "A tunnel or link on the way carries less than it says and drops the rest silently. Media use the size "
      "that works; other programs may hang: lower the MTU of the interface, or let ICMP pass."};
}

std::optional<Finding> capture_loss(const Place& p) {
  const double missing = p.of("packetsNotCaptured");
  if (missing < 5 || missing < 0.0005 * p.of("packetsReceived")) return std::nullopt;
  return Finding{
      "capture-loss", Weight::warning, fmt::format("The capture misses packets {}.", p.name),
      fmt::format("{:.0f} packets ({:.2f} %) were acknowledged that are not in it; most missing in a row: {}",
                  missing, 100 * missing / (missing + p.of("packetsReceived")),
                  numbers_and_time(p.direction.longest_loss)),
      "The network did not lose them. Capture with a larger buffer (tcpdump -B, dumpcap -B), to a faster "
      "disk, or only what is needed (udp port 4747)."};
}

std::optional<Finding> outage(const Place& p) {
  const double silence = p.of("longestSilence"), at = p.of("longestSilenceAt");
  if (silence < long_silence || p.of("duration") < 3 * silence) return std::nullopt;
  constexpr double usual_silence_below = 50'000;  // bit/s, when it was not silent
  if (p.of("rate") * p.of("duration") < usual_silence_below * (p.of("duration") - silence))
    return std::nullopt;
  const double step = value_of(p.connection.measures, "clockStep");
  if (step > 0.7 * silence && step < 1.3 * silence) return std::nullopt;  // it was the clock
  const LossRun& longest = p.direction.longest_loss;
  return Finding{
      "outage", Weight::severe, fmt::format("Nothing came {} for {:.1f} s.", p.name, silence),
      fmt::format("from {:.2f} s to {:.2f} s; most lost in a row: {}", at, at + silence,
                  numbers_and_time(longest)),
      longest.count > 0
          ? "Packets are missing after it: the path was down. Look at what changed then: radio, a cable, a "
            "router that started anew."
          : "No packets are missing after it: the sender was silent, or knew that the path was down."};
}

}  // namespace avocet::analysis
