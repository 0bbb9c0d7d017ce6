#include "sim/network/device.hpp"

#include <ns3/ipv4-header.h>
#include <ns3/ipv4-queue-disc-item.h>
#include <ns3/mac48-address.h>
#include <ns3/node.h>
#include <ns3/packet.h>
#include <ns3/udp-header.h>

#include <algorithm>

#include "sim/network/clock.hpp"
#include "sim/network/datagram_tag.hpp"

namespace avocet::sim {
namespace {

constexpr std::uint16_t ipv4_protocol = 0x0800;

DataSize size_of(const ns3::Packet& packet) { return DataSize::bytes(packet.GetSize()); }

/// A packet as the watcher is shown it, for as long as a call takes.
class Shown final : public Content {
 public:
  explicit Shown(const ns3::Packet& packet) : packet_(packet) {
    DatagramTag tag;
    packet.FindFirstMatchingByteTag(tag);
    passing_ = {tag.end(), tag.index(), packet.GetSize(), this};
  }
  Shown(const Shown&) = delete;
  Shown& operator=(const Shown&) = delete;
  const Passing& passing() const { return passing_; }
  void copy(ByteSpan room) const override {
    packet_.CopyData(reinterpret_cast<std::uint8_t*>(room.data()), static_cast<std::uint32_t>(room.size()));
  }

 private:
  const ns3::Packet& packet_;
  Passing passing_;
};

/// The packet of an item, with the header that ns-3 keeps beside it as long as it waits.
ns3::Ptr<ns3::Packet> whole(const ns3::QueueDiscItem& item) {
  const auto packet = item.GetPacket()->Copy();
  if (const auto* ip = dynamic_cast<const ns3::Ipv4QueueDiscItem*>(&item)) packet->AddHeader(ip->GetHeader());
  return packet;
}

}  // namespace

Device::Device(const Direction& direction, std::uint64_t seed, std::size_t where, Watcher* watcher)
    : path_(direction.path),
      schedule_(direction.path.rate),
      trace_(direction.trace),
      medium_(direction.path, seed),
      where_(where),
      watcher_(watcher),
      address_(ns3::Mac48Address::Allocate()) {
  if (direction.police)
    policer_.emplace(direction.police->rate,
                     DataSize::bytes(static_cast<std::int64_t>(direction.police->burst)));
  const Duration first_step = schedule_.next_step(Duration::zero());
  if (first_step != Duration::max()) {
    step_ = ns3::Simulator::Schedule(to_ns3(first_step), &Device::shrink_queue, this);
  }
}

ns3::TypeId Device::GetTypeId() {
  static const ns3::TypeId id = ns3::TypeId("avocet::sim::Device").SetParent<ns3::NetDevice>();
  return id;
}

void Device::connect(const ns3::Ptr<Device>& a, const ns3::Ptr<Device>& b) { a->peer_ = b, b->peer_ = a; }

DataRate Device::rate(Time at) const { return trace_ ? trace_->mean() : schedule_.at(at.time_since_epoch()); }

bool Device::Send(ns3::Ptr<ns3::Packet> packet, const ns3::Address&, std::uint16_t protocol) {
  const Time now = sim::now();
  const std::uint64_t index = entered_++;
  Item item{std::move(packet), protocol, now - std::exchange(waited_above_, {})};
  if (watcher_ != nullptr && !flow_control_) watcher_->on_entered(where_, now, Shown(*item.packet).passing());
  if (std::ranges::binary_search(path_.drop_list, index)) return tell_lost(item, LossCause::listed), true;
  if (item.packet->GetSize() > path_.largest) return tell_lost(item, LossCause::too_large), true;
  if (policer_ && !policer_->passes(now, size_of(*item.packet)))
    return tell_lost(item, LossCause::queue), true;
  const bool unlimited = !trace_ && rate(now).is_infinite();
  if (unlimited && !serving_) {
    if (watcher_ != nullptr) watcher_->on_served(where_, now, Shown(*item.packet).passing(), {});
    cross_medium(std::move(item));
    return true;
  }
  if (serving_ && !flow_control_ && waiting_size_ + size_of(*item.packet) > room(now)) {
    return tell_lost(item, LossCause::queue), false;
  }
  waiting_size_ += size_of(*item.packet);
  waiting_.push_back(std::move(item));
  if (!serving_) serve_next();
  // With a queue discipline above, the queue is there: here one packet waits at most.
  if (flow_control_ && !waiting_.empty()) flow_control_->GetTxQueue(0)->Stop();
  return true;
}

void Device::on_discipline_took(ns3::Ptr<const ns3::QueueDiscItem> item) {
  if (watcher_ != nullptr) watcher_->on_entered(where_, sim::now(), Shown(*whole(*item)).passing());
}

void Device::on_discipline_gave(ns3::Ptr<const ns3::QueueDiscItem> item) {
  waited_above_ = Duration((ns3::Simulator::Now() - item->GetTimeStamp()).GetNanoSeconds());
}

void Device::on_discipline_refused(ns3::Ptr<const ns3::QueueDiscItem> item, const char* reason) {
  on_discipline_took(item);
  on_discipline_dropped(item, reason);
}

void Device::on_discipline_dropped(ns3::Ptr<const ns3::QueueDiscItem> item, const char*) {
  if (watcher_ != nullptr) {
    watcher_->on_lost(where_, sim::now(), Shown(*whole(*item)).passing(), LossCause::queue);
  }
}

bool Device::SendFrom(ns3::Ptr<ns3::Packet> packet, const ns3::Address&, const ns3::Address& to,
                      std::uint16_t protocol) {
  return Send(std::move(packet), to, protocol);
}

DataSize Device::room(Time now) const {
  const DataRate current = rate(now);
  return current.is_infinite() ? path_.hold : path_.queue * current;
}

Duration Device::finish(Duration from, DataSize size) {
  return trace_ ? trace_->finish(from, size) : schedule_.finish(from, size);
}

void Device::serve_next() {
  if (waiting_.empty()) return;
  serving_ = std::move(waiting_.front());
  waiting_.pop_front();
  waiting_size_ -= size_of(*serving_->packet);
  const Time now = sim::now();
  const Duration queued = now - serving_->entered;
  mark_when_late(*serving_, queued);
  if (watcher_ != nullptr) {
    watcher_->on_served(where_, now, Shown(*serving_->packet).passing(), queued);
  }
  const Duration done = finish(now.time_since_epoch(), size_of(*serving_->packet));
  if (done == Duration::max()) return;  // an outage without end
  ns3::Simulator::Schedule(to_ns3(done - now.time_since_epoch()), &Device::served, this);
}

void Device::served() {
  Item item = std::move(*serving_);
  serving_.reset();
  cross_medium(std::move(item));
  serve_next();
  if (flow_control_ && waiting_.empty()) flow_control_->GetTxQueue(0)->Wake();
}

/// The queue is a time: at a lower rate it has room for fewer bytes.
void Device::shrink_queue() {
  const Time now = sim::now();
  while (!waiting_.empty() && waiting_size_ > room(now)) {
    waiting_size_ -= size_of(*waiting_.back().packet);
    tell_lost(waiting_.back(), LossCause::queue);
    waiting_.pop_back();
  }
  const Duration next = schedule_.next_step(now.time_since_epoch());
  if (next != Duration::max()) {
    step_ = ns3::Simulator::Schedule(to_ns3(next - now.time_since_epoch()), &Device::shrink_queue, this);
  }
}

void Device::mark_when_late(Item& item, Duration queued) {
  if (path_.mark_above == Duration::zero() || queued <= path_.mark_above || item.protocol != ipv4_protocol) {
    return;
  }
  ns3::Ipv4Header header;
  item.packet->RemoveHeader(header);
  if (header.GetEcn() != ns3::Ipv4Header::ECN_NotECT) header.SetEcn(ns3::Ipv4Header::ECN_CE);
  item.packet->AddHeader(header);
}

/// Flips bits of a UDP payload, whose checksum is taken to be right all the same, as the QUIC network
/// simulator does it: what arrives is somebody's noise. Says whether there was one: a TCP segment ends here.
bool Device::damage(Item& item) {
  constexpr std::uint8_t udp = 17;
  if (item.protocol != ipv4_protocol) return false;
  ns3::Ipv4Header ip;
  ns3::UdpHeader ports;
  item.packet->RemoveHeader(ip);
  const bool has_payload = ip.GetProtocol() == udp && ip.GetFragmentOffset() == 0 &&
                           item.packet->GetSize() > ports.GetSerializedSize();
  if (!has_payload) return item.packet->AddHeader(ip), false;
  item.packet->RemoveHeader(ports);
  Bytes payload(item.packet->GetSize());
  const auto size = static_cast<std::uint32_t>(payload.size());
  item.packet->CopyData(reinterpret_cast<std::uint8_t*>(payload.data()), size);
  medium_.flip_bits(payload);
  item.packet = ns3::Create<ns3::Packet>(reinterpret_cast<const std::uint8_t*>(payload.data()), size);
  item.packet->AddHeader(ports);
  item.packet->AddHeader(ip);
  return true;
}

void Device::clear_mark(Item& item) {
  if (item.protocol != ipv4_protocol) return;
  ns3::Ipv4Header header;
  item.packet->RemoveHeader(header);
  header.SetEcn(ns3::Ipv4Header::ECN_NotECT);
  item.packet->AddHeader(header);
}

void Device::cross_medium(Item item) {
  const Time now = sim::now();
  if (medium_.in_blackhole(now.time_since_epoch())) return tell_lost(item, LossCause::blackhole);
  if (medium_.loses(now.time_since_epoch())) return tell_lost(item, LossCause::random);
  if (medium_.corrupts()) {
    tell_lost(item, LossCause::corrupted);
    if (!damage(item)) return;
  }
  if (path_.ecn == link::EcnPath::cleared) clear_mark(item);
  const link::Medium::Arrival arrival = medium_.cross(now.time_since_epoch());
  const Duration way = arrival.at - now.time_since_epoch();
  if (arrival.twice) {
    if (watcher_ != nullptr) watcher_->on_duplicated(where_, now, Shown(*item.packet).passing());
    arrive({item.packet->Copy(), item.protocol, item.entered}, way);
  }
  arrive(item, way);
}

void Device::arrive(const Item& item, Duration way) {
  ns3::Simulator::ScheduleWithContext(peer_->node_->GetId(), to_ns3(way), [this, item] {
    if (watcher_ != nullptr) watcher_->on_arrived(where_, sim::now(), Shown(*item.packet).passing());
    peer_->receive(item.packet, item.protocol);
  });
}

void Device::receive(const ns3::Ptr<ns3::Packet>& packet, std::uint16_t protocol) {
  if (!promiscuous_.IsNull()) {
    promiscuous_(this, packet, protocol, peer_->address_, address_, ns3::NetDevice::PACKET_HOST);
  }
  receive_(this, packet, protocol, peer_->address_);
}

void Device::tell_lost(const Item& item, LossCause cause) {
  if (watcher_ != nullptr) watcher_->on_lost(where_, sim::now(), Shown(*item.packet).passing(), cause);
}

ns3::Ptr<ns3::Channel> Device::GetChannel() const { return nullptr; }
void Device::SetAddress(ns3::Address address) { address_ = address; }
ns3::Address Device::GetAddress() const { return address_; }
ns3::Address Device::GetBroadcast() const { return ns3::Mac48Address::GetBroadcast(); }
ns3::Address Device::GetMulticast(ns3::Ipv4Address group) const {
  return ns3::Mac48Address::GetMulticast(group);
}
ns3::Address Device::GetMulticast(ns3::Ipv6Address group) const {
  return ns3::Mac48Address::GetMulticast(group);
}

void Device::NotifyNewAggregate() {
  if (!flow_control_) flow_control_ = GetObject<ns3::NetDeviceQueueInterface>();
  ns3::NetDevice::NotifyNewAggregate();
}

void Device::DoDispose() {
  step_.Cancel();
  waiting_.clear();
  serving_.reset();
  node_ = nullptr;
  peer_ = nullptr;
  flow_control_ = nullptr;
  ns3::NetDevice::DoDispose();
}

}  // namespace avocet::sim
