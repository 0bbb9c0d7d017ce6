#include "analysis/account/detect_capture.hpp"

#include <algorithm>

namespace avocet::analysis {
namespace {

using Weight = Finding::Weight;

constexpr std::string_view keep_time =
    "Delays across that moment are wrong. Keep clocks by slewing (chrony), or stop what sets them.";

bool suffers(const ConnectionAccount& c) {
  const Place down{c, c.down, {}};
  return down.queue_delay() > 0.05 || down.of("pathLossRatio") > 0.005;
}

/// How, and when most.
std::string harm(const ConnectionAccount& c) {
  const Place down{c, c.down, {}};
  return fmt::format("{:.0f} packets to {} were lost, most in a row: {}; they waited {:.0f} ms and more{}",
                     down.of("pathLost"), c.client, numbers_and_time(c.down.longest_loss),
                     1e3 * down.queue_delay(), longest_wait(down));
}

}  // namespace

std::optional<Finding> clock_set(const ConnectionAccount& c) {
  const auto of = [&c](std::string_view name) { return value_of(c.measures, name); };
  if (of("clockSteps") == 0) return std::nullopt;
  const double step = of("clockStep");
  return Finding{
      "clock-problem", Weight::warning, "A clock was set while it measured.",
      fmt::format("at about {:.1f} s the clock of the capture went {:.2f} s {} against that of an end, "
                  "{:.0f} times in all",
                  of("clockStepAt"), std::abs(step), step > 0 ? "forward" : "back", of("clockSteps")),
      std::string(keep_time)};
}

std::optional<Finding> clock_set_back(const capture::SteadyClock& clock) {
  if (clock.steps_back() == 0) return std::nullopt;
  const capture::SteadyClock::Step& most = clock.largest_step();
  return Finding{
      "clock-problem", Weight::warning, "The clock of the capture was set back.",
      fmt::format("{} times, most at {:.3f} s, before packet {} of the file, by {:.3f} s; times go "
                  "on as if it had not been",
                  clock.steps_back(), seconds_of(most.at), most.record, to_seconds(most.by)),
      std::string(keep_time)};
}

std::optional<Finding> cut_packets(std::uint64_t cut, double first) {
  if (cut == 0) return std::nullopt;
  return Finding{
      "cut-packets", Weight::warning, "The capture holds only the beginning of packets.",
      fmt::format("{} of ours are cut, the first at {:.3f} s, so that they cannot be opened", cut, first),
      "Capture whole packets: `tcpdump -s 0`, `dumpcap` without -s."};
}

std::optional<Finding> unfair_cross_traffic(const Account& account) {
  double media = 0, others = 0;
  for (const ConnectionAccount& c : account.connections) media += value_of(c.down.measures, "bytes");
  const auto harmed = std::ranges::find_if(account.connections, suffers);
  for (const FlowAccount& flow : account.flows) others += value_of(flow.measures, "bytes");
  if (media <= 0 || harmed == account.connections.end() || others < media) return std::nullopt;
  const FlowAccount& largest = account.flows.front();
  const auto of = [&largest](std::string_view name) { return value_of(largest.measures, name); };
  return Finding{"unfair-cross-traffic", Weight::warning,
                 fmt::format("{} between {} takes more of the path than media do, which suffer.",
                             largest.name, largest.between),
                 fmt::format("{:.1f} MB in {} other flows, of which it has {:.1f} MB at {:.2f} Mbit/s, from "
                             "{:.3f} s to {:.3f} s, beside {:.1f} MB of media; {}",
                             others / 1e6, account.flow_count, of("bytes") / 1e6, of("rate") / 1e6,
                             of("firstAt"), of("firstAt") + of("duration"), media / 1e6, harm(*harmed)),
                 "If it is not wanted, move it to another time or path, give it a lower priority, or turn on "
                 "fair queueing (fq_codel, CAKE)."};
}

}  // namespace avocet::analysis
