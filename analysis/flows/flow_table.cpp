#include "analysis/flows/flow_table.hpp"

#include <algorithm>
#include <tuple>

#include "analysis/flows/flow_name.hpp"

namespace avocet::analysis {

void FlowTable::add(Time now, const capture::NetworkPacket& packet) {
  const Key key{std::min(packet.from, packet.to), std::max(packet.from, packet.to), packet.protocol};
  auto found = flows_.find(key);
  if (found == flows_.end()) {
    if (flows_.size() >= most) {
      ++rest_packets_;
      rest_bytes_ += packet.ip_size;
      return;
    }
    found = flows_.try_emplace(key).first;
    Flow& flow = found->second;
    flow.one = packet.from, flow.two = packet.to;
    flow.protocol = packet.protocol;
    flow.first = now;
  }
  Flow& flow = found->second;
  constexpr std::uint64_t looked_at = 16;  // what a flow is shows in its first packets, or not at all
  if (flow.packets < looked_at) {
    if (auto name = flow_name(packet, !flow.name.empty()); !name.empty()) flow.name = std::move(name);
  }
  ++flow.packets;
  flow.bytes += packet.ip_size;
  flow.marked += packet.ecn == Ecn::ce;
  if (packet.from == flow.one) flow.bytes_from_one += packet.ip_size;
  flow.last = now;
  flow.timeline.at(now).bytes += packet.ip_size;
}

std::vector<const Flow*> FlowTable::by_bytes() const {
  std::vector<const Flow*> all;
  for (const auto& [key, flow] : flows_) all.push_back(&flow);
  std::ranges::sort(all, [](const Flow* a, const Flow* b) {
    return std::tuple(b->bytes, a->first, a->one, a->two) < std::tuple(a->bytes, b->first, b->one, b->two);
  });
  return all;
}

}  // namespace avocet::analysis
