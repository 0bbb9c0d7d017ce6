#include "analysis/account/journey_account.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <limits>

#include "analysis/journeys/clocks.hpp"

namespace avocet::analysis {
namespace {

double number(std::uint64_t n) { return static_cast<double>(n); }

std::vector<double> delays_of(const Journey& journey, const Clocks& clocks, bool down) {
  std::vector<double> out;
  const double base = static_cast<double>(journey.base()) * 1e-9;
  for (const Journey::Delay& d : journey.delays())
    out.push_back(base + static_cast<double>(d.delay) - clocks.error(static_cast<double>(d.at), down));
  std::ranges::sort(out);
  return out;
}

double quantile(const std::vector<double>& sorted, double q) {
  return sorted.empty() ? 0 : sorted[static_cast<std::size_t>(q * number(sorted.size() - 1))];
}

JourneyAccount journey_account(const Journey& journey, const Clocks& clocks, bool down) {
  JourneyAccount out;
  const Journey::Counters& n = journey.counters();
  const std::vector<double> delays = delays_of(journey, clocks, down);
  out.measures = {
      {"packetsArrived", number(n.arrived)},
      {"packetsLostBetween", number(n.lost)},
      {"packetsLostBefore", number(n.lost_before)},
      {"packetsMissed", number(n.missed)},
      {"lossRatioBetween", number(n.lost) / number(std::max<std::uint64_t>(1, n.lost + n.arrived))},
      {"oneWayDelayMin", clocks.least},
      {"oneWayDelayP50", quantile(delays, 0.5)},
      {"oneWayDelayP95", quantile(delays, 0.95)},
      {"oneWayDelayP99", quantile(delays, 0.99)},
      {"delayVariationP95", quantile(delays, 0.95) - clocks.least}};
  out.losses = journey.losses();
  constexpr double gap = std::numeric_limits<double>::quiet_NaN();
  out.width = to_seconds(journey.timeline().width());
  double middle = out.width / 2;
  for (const JourneySlot& slot : journey.timeline().slots()) {
    const double all = slot.arrived + slot.lost;
    out.loss.push_back(all > 0 ? slot.lost / all : gap);
    out.delay.push_back(slot.arrived == 0 ? gap
                                          : static_cast<double>(journey.base()) * 1e-9 +
                                                slot.delay_sum / slot.arrived - clocks.error(middle, down));
    middle += out.width;
  }
  return out;
}

/// The connection with the most packets on its scarcer direction knows the clocks best.
Clocks clocks_of(const PairReading& pair) {
  const auto find = [&](const Connection& c, Side from) {
    return pair.journeys().find(CaptureSide::viewer, c, from);
  };
  const Journey *down = nullptr, *up = nullptr;
  std::uint64_t most = 0;
  for (const Connection& c : pair.reading(CaptureSide::viewer).connections().all()) {
    const Journey *there = find(c, Side::server), *back = find(c, Side::client);
    constexpr std::uint64_t both = 1ull << 32;  // either one counts for less than both together
    const auto arrived = [](const Journey* j) { return j == nullptr ? 0 : j->counters().arrived; };
    const std::uint64_t worth =
        std::min(arrived(there), arrived(back)) * both + std::max(arrived(there), arrived(back));
    if (worth > most) most = worth, down = there, up = back;
  }
  return Clocks::of(down, up);
}

void find_missed(Account& account, const std::string& file, Side from) {
  double missed = 0, arrived = 0;
  for (const ConnectionAccount& c : account.connections) {
    const auto& journey = (from == Side::server ? c.down : c.up).journey;
    if (!journey) continue;
    missed += value_of(journey->measures, "packetsMissed");
    arrived += value_of(journey->measures, "packetsArrived");
  }
  if (missed < 1) return;
  account.findings.push_back(
      {"capture-loss", Finding::Weight::warning,
       fmt::format("{} has lost packets that the network has not.", file),
       fmt::format("{:.0f} packets are in the other capture only, {:.0f} in both", missed, arrived),
       "Give the capture a larger buffer (tcpdump -B 65536) and a narrower filter; losses that this file "
       "alone shows are not to be trusted."});
}

}  // namespace

void add_journeys(Account& account, const PairReading& pair) {
  const Clocks clocks = clocks_of(pair);
  Between between{.server_file = pair.file(CaptureSide::server).name(),
                  .viewer_file = pair.file(CaptureSide::viewer).name(),
                  .trouble = pair.file(CaptureSide::server).trouble()};
  between.measures = {{"clockOffset", clocks.offset}, {"clockSkew", clocks.skew * 1e6}};
  const auto& connections = pair.reading(CaptureSide::viewer).connections().all();
  for (std::size_t i = 0; i < connections.size(); ++i) {
    for (const Side from : {Side::server, Side::client}) {
      const bool down = from == Side::server;
      const Journey* journey = pair.journeys().find(CaptureSide::viewer, connections[i], from);
      DirectionAccount& direction = down ? account.connections[i].down : account.connections[i].up;
      if (journey != nullptr) direction.journey = journey_account(*journey, clocks, down);
    }
  }
  find_missed(account, between.server_file, Side::server);
  find_missed(account, between.viewer_file, Side::client);
  account.between = std::move(between);
}

}  // namespace avocet::analysis
