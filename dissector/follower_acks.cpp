#include <algorithm>

#include "dissector/follower.hpp"

namespace avocet::dissector {
namespace {

/// More packets than these nobody sends: 10 in a microsecond are 100 Gbit/s and more.
constexpr std::uint64_t most_at_once = 1000, most_in_a_microsecond = 10;
constexpr std::size_t most_early_acks = 256;

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
    tell(Derived::ack_packet, acknowledged->record->packet);
    const Duration trip = seen_.at - acknowledged->at;
    tell(Derived::ack_round_trip, trip);
    tell(Derived::ack_path_round_trip, std::max(Duration{}, trip - ack.delay));
  } else if (!peer_.acknowledged.contains(ack.largest.value)) {
    judge_unseen(ack.largest);
  }
  count_acknowledged(ack);
  if (ack.ecn && ack.ecn->ce > own_.marks) {
    judge(Finding::congestion_mark,
          std::to_string(ack.ecn->ce - own_.marks) + " more packets came with ECN-CE (AV-ECN-4)");
    own_.marks = ack.ecn->ce;
  }
}

/// What a capture does not hold may have been sent all the same: it may have lost packets, or see one of
/// several paths. Beyond doubt is only what no sender could have sent in the time since its last packet.
void Follower::judge_unseen(PacketNumber acknowledged) {
  const auto largest = peer_.traffic.largest();
  if (!largest && !connection_.from_the_beginning()) return;  // they went by before the capture began
  const Time last_at = largest ? peer_.traffic.find(*largest)->at : connection_.hello_at.at;
  const std::uint64_t next = largest ? largest->value + 1 : 0;
  const auto passed =
      static_cast<std::uint64_t>(std::max<std::int64_t>(0, to_microseconds(seen_.at - last_at)));
  if (acknowledged.value >= next + most_at_once + most_in_a_microsecond * passed) {
    judge(Finding::ack_of_unsent, "Acknowledges packet " + std::to_string(acknowledged.value) + ", " +
                                      std::to_string(passed) + " us after packet " +
                                      (largest ? std::to_string(largest->value) : "none") +
                                      " of the peer, the last before it (AV-ACK-13)");
    return;
  }
  judge(Finding::ack_of_unseen);
  if (acknowledged.value < next) return;
  peer_.early_acks[acknowledged.value] = seen_;
  if (peer_.early_acks.size() > most_early_acks) peer_.early_acks.erase(peer_.early_acks.begin());
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
