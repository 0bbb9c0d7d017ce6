#include "analysis/replay/ack_passages.hpp"

#include <algorithm>
#include <chrono>
#include <limits>

namespace avocet::analysis {

void AckPassages::sent(double at, std::uint64_t number, double bits) {
  if (packets_.empty()) first_ = number;
  constexpr std::uint64_t longest_gap = 100'000;
  if (number < first_ || number > first_ + packets_.size() + longest_gap) return;
  const std::uint64_t index = number - first_;
  if (index >= packets_.size()) packets_.resize(index + 1);
  packets_[index].passage = {.sent = at, .bits = bits};
}

AckPassages::Packet* AckPassages::find(std::uint64_t number) {
  const bool known = number >= first_ && number - first_ < packets_.size();
  Packet* packet = known ? &packets_[number - first_] : nullptr;
  return packet != nullptr && packet->passage.bits > 0 ? packet : nullptr;
}

void AckPassages::arrived(std::uint64_t number, Duration at) {
  Packet* packet = find(number);
  if (packet == nullptr) return;
  packet->told = packet->passage.arrived = true;
  packet->passage.received = to_seconds(at);
}

void AckPassages::acknowledged(double at, const wire::Ack& ack) {
  if (ack.largest.value >= highest_told_ + (round_trip_ > 0)) {
    highest_told_ = ack.largest.value;
    if (const Packet* newest = find(highest_told_)) {
      const double round_trip = std::max(at - newest->passage.sent - to_seconds(ack.delay), 1e-6);
      round_trip_ = round_trip_ > 0 ? std::min(round_trip_, round_trip) : round_trip;
    }
  }
  const auto tell = [&](std::uint64_t high, std::uint64_t count) {
    for (std::uint64_t n = 0; n <= count && n <= high; ++n) {
      Packet* packet = find(high - n);
      if (packet != nullptr) packet->told = true;
    }
  };
  std::uint64_t low = ack.largest.value - ack.first_run;
  tell(ack.largest.value, ack.first_run);
  for (const wire::AckRange& range : ack.ranges) {
    const std::uint64_t high = low - range.gap - 2;
    tell(high, range.length);
    low = high - range.length;
  }
  Duration received = ack.received_at;
  std::uint64_t number = ack.largest.value;
  arrived(number, received);
  for (const wire::Arrival& arrival : ack.arrivals) {
    number -= std::uint64_t{arrival.gap} + 1;
    received -= std::chrono::microseconds(arrival.earlier);
    arrived(number, received);
  }
}

std::vector<Passage> AckPassages::passages() const {
  std::vector<Passage> out;
  double quickest = std::numeric_limits<double>::infinity();
  for (std::size_t i = 0; i < packets_.size() && first_ + i <= highest_told_; ++i) {
    const Packet& packet = packets_[i];
    const Passage& p = packet.passage;
    if (p.bits <= 0 || packet.told != p.arrived) continue;
    out.push_back(p);
    if (p.arrived) quickest = std::min(quickest, p.received - p.sent);
  }
  for (Passage& p : out) {
    if (p.arrived) p.received += round_trip_ / 2 - quickest;
  }
  return out;
}

}  // namespace avocet::analysis
