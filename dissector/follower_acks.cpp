#include <algorithm>

#include "dissector/follower.hpp"

namespace avocet::dissector {
namespace {

/// `visit(first, last)` for each run that an ACK tells of, going down.
template <class Visitor>
void for_each_run(const wire::Ack& ack, Visitor&& visit) {
  std::uint64_t smallest = ack.largest.value - ack.first_run;
  visit(smallest, ack.largest.value);
  for (const wire::AckRange& range : ack.ranges) {
    const std::uint64_t last = smallest - range.gap - 2;
    smallest = last - range.length;
    visit(smallest, last);
  }
}

template <class Set>
std::uint64_t count_known(const Set& set, std::uint64_t first, std::uint64_t last) {
  std::uint64_t known = 0;
  for (const auto& range : set) {
    const std::uint64_t begin = std::max(range.begin, first), end = std::min(range.end, last + 1);
    if (begin < end) known += end - begin;
  }
  return known;
}

}  // namespace

void Follower::on(const wire::Ack& ack) {
  if (const Sighting* acknowledged = peer_.traffic.find(ack.largest)) {
    tell(Derived::ack_packet, acknowledged->packet);
    const Duration trip = seen_.at - acknowledged->at;
    tell(Derived::ack_round_trip, trip);
    tell(Derived::ack_path_round_trip, std::max(Duration{}, trip - ack.delay));
  } else if (connection_.from_the_beginning() &&
             (!peer_.traffic.largest() || ack.largest > *peer_.traffic.largest())) {
    judge(Finding::ack_of_unsent);
  }
  count_acknowledged(ack);
  if (ack.ecn && ack.ecn->ce > own_.marks) {
    judge(Finding::congestion_mark,
          std::to_string(ack.ecn->ce - own_.marks) + " more packets came with ECN-CE (AV-ECN-4)");
    own_.marks = ack.ecn->ce;
  }
}

void Follower::count_acknowledged(const wire::Ack& ack) {
  std::uint64_t packets = 0, known = 0, smallest = ack.largest.value;
  for_each_run(ack, [&](std::uint64_t first, std::uint64_t last) {
    packets += last - first + 1;
    known += count_known(peer_.acknowledged, first, last);
    smallest = first;
    if (peer_.acknowledged.full()) peer_.acknowledged.erase_lowest();
    peer_.acknowledged.insert(first, last + 1);
  });
  tell(Derived::ack_packets, packets);
  tell(Derived::ack_newly, packets - known);
  tell(Derived::ack_lost, ack.largest.value - smallest + 1 - packets);
}

}  // namespace avocet::dissector
