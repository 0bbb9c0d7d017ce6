#include "analysis/account/delivery_account.hpp"

#include <algorithm>

#include "analysis/account/place.hpp"

namespace avocet::analysis {
namespace {

double number(std::uint64_t n) { return static_cast<double>(n); }

}  // namespace

void add_delivery(DirectionAccount& out, const AckMeter& own, const AckMeter& opposite) {
  Measures& m = out.measures;
  if (own.round_trips().count() > 0) {
    m.push_back({"roundTripMin", to_seconds(own.round_trips().min())});
    m.push_back({"roundTripP50", to_seconds(own.round_trips().at(0.5))});
    m.push_back({"roundTripP95", to_seconds(own.round_trips().at(0.95))});
    m.push_back({"roundTripP99", to_seconds(own.round_trips().at(0.99))});
    m.push_back({"queueDelayP50", to_seconds(own.queue().at(0.5))});
    m.push_back({"queueDelayP95", to_seconds(own.queue().at(0.95))});
    m.push_back({"queueDelayMax", to_seconds(own.queue().max())});
    m.push_back({"ackDelayP50", to_seconds(own.held().at(0.5))});
    m.push_back({"ackDelayP95", to_seconds(own.held().at(0.95))});
    m.push_back({"ackDelayMax", to_seconds(own.longest_held().value)});
    m.push_back({"ackDelayMaxAt", seconds_of(own.longest_held().at)});
    m.push_back({"ackDelayMaxNumber", number(own.longest_held().number)});
    const Delivery& delivery = own.delivery();
    m.push_back({"packetsLostBeyond", number(delivery.lost())});
    m.push_back({"lossRunsBeyond", number(delivery.lost_runs())});
    // Where the capture misses packets it misses acknowledgements, too.
    const std::uint64_t missed = delivery.not_captured();
    m.push_back({"packetsNotCaptured", number(missed > 0 ? missed + delivery.untold() : 0)});
    m.push_back({"largestArrived", number(delivery.largest_arrived())});
    m.push_back({"lostAboveLargest", number(delivery.lost_above_largest())});
    if (const Delivery::Lost& largest = delivery.largest_lost(); largest.size > 0) {
      m.push_back({"largestLost", number(largest.size)});
      m.push_back({"largestLostNumber", number(largest.number)});
      m.push_back({"largestLostAt", seconds_of(largest.at)});
    }
    const Delivery::Run& run = delivery.longest_run();
    if (run.count > out.longest_loss.count) out.longest_loss = {run.first, run.count, run.at};
  }
  if (opposite.way_back().count() > 0) {
    m.push_back({"queueBeforeP50", to_seconds(opposite.way_back().at(0.5))});
    m.push_back({"queueBeforeP95", to_seconds(opposite.way_back().at(0.95))});
    m.push_back({"queueBeforeMax", to_seconds(opposite.way_back().max())});
    m.push_back({"queueBeforeMaxAt", seconds_of(opposite.longest_back().at)});
  }
}

void add_whole_way(DirectionAccount& d) {
  if (d.measures.empty()) return;
  const auto of = [&d](std::string_view name) { return value_of(d.measures, name); };
  const double missing = std::max(0.0, of("packetsLost") - of("packetsNotCaptured"));
  const double lost = missing + of("packetsLostBeyond"), all = of("packetsReceived") + of("packetsLost");
  const double runs = std::min(of("lossRuns"), missing) + of("lossRunsBeyond");
  d.measures.push_back({"pathLost", lost});
  d.measures.push_back({"pathLossRatio", all > 0 ? lost / all : 0});
  d.measures.push_back({"pathLossRuns", runs});
}

}  // namespace avocet::analysis
