#pragma once

#include <map>
#include <set>

#include "protocol/recovery/sent_packets.hpp"

namespace avocet::recovery {

/// Remembers what became of each packet.
struct Fates : PacketSink {
  std::multiset<std::uint64_t> acked, lost, spurious;
  std::map<std::uint64_t, std::int64_t> arrivals;
  std::map<std::uint64_t, CarriedList> carried;

  void on_acked(const SentPacket& p, const std::optional<std::int64_t>& arrival, bool was_lost) override {
    (was_lost ? spurious : acked).insert(p.number.value);
    if (arrival) arrivals[p.number.value] = *arrival;
    carried[p.number.value] = p.carried;
  }
  void on_lost(const SentPacket& p) override {
    lost.insert(p.number.value);
    carried[p.number.value] = p.carried;
  }
};

}  // namespace avocet::recovery
