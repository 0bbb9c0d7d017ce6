#pragma once

#include <ns3/channel.h>
#include <ns3/event-id.h>
#include <ns3/net-device-queue-interface.h>
#include <ns3/net-device.h>
#include <ns3/queue-item.h>

#include <deque>
#include <optional>
#include <variant>

#include "sim/experiment/experiment.hpp"
#include "sim/link/medium.hpp"
#include "sim/link/schedule.hpp"
#include "sim/link/trace.hpp"
#include "sim/network/policer.hpp"
#include "sim/record/watcher.hpp"

namespace avocet::sim {

/// One end of a link inside ns-3: what it sends waits in a queue for the bottleneck, and then crosses the
/// medium to the device at the other end. Its randomness is its own: of each seed, the same losses whatever
/// else is in the network.
class Device final : public ns3::NetDevice {
 public:
  /// `direction` describes the way out of this end; `where` names it to the watcher, which may be null.
  Device(const Direction& direction, std::uint64_t seed, std::size_t where, Watcher* watcher);

  static ns3::TypeId GetTypeId();

  /// Makes two devices the ends of one link.
  static void connect(const ns3::Ptr<Device>& a, const ns3::Ptr<Device>& b);

  /// The rate of the way out at a time; with a trace, its mean.
  DataRate rate(Time at) const;

  /// What a queue discipline in front of it does: it is this link's queue.
  void on_discipline_took(ns3::Ptr<const ns3::QueueDiscItem>);
  void on_discipline_gave(ns3::Ptr<const ns3::QueueDiscItem>);
  void on_discipline_refused(ns3::Ptr<const ns3::QueueDiscItem>, const char* reason);
  void on_discipline_dropped(ns3::Ptr<const ns3::QueueDiscItem>, const char* reason);

  // ns3::NetDevice
  void SetIfIndex(const std::uint32_t index) override { index_ = index; }
  std::uint32_t GetIfIndex() const override { return index_; }
  ns3::Ptr<ns3::Channel> GetChannel() const override;
  void SetAddress(ns3::Address address) override;
  ns3::Address GetAddress() const override;
  bool SetMtu(const std::uint16_t mtu) override { return mtu_ = mtu, true; }
  std::uint16_t GetMtu() const override { return mtu_; }
  bool IsLinkUp() const override { return peer_ != nullptr; }
  void AddLinkChangeCallback(ns3::Callback<void>) override {}
  bool IsBroadcast() const override { return true; }
  ns3::Address GetBroadcast() const override;
  bool IsMulticast() const override { return false; }
  ns3::Address GetMulticast(ns3::Ipv4Address) const override;
  ns3::Address GetMulticast(ns3::Ipv6Address) const override;
  bool IsBridge() const override { return false; }
  bool IsPointToPoint() const override { return true; }
  bool Send(ns3::Ptr<ns3::Packet>, const ns3::Address& to, std::uint16_t protocol) override;
  bool SendFrom(ns3::Ptr<ns3::Packet>, const ns3::Address& from, const ns3::Address& to,
                std::uint16_t protocol) override;
  ns3::Ptr<ns3::Node> GetNode() const override { return node_; }
  void SetNode(ns3::Ptr<ns3::Node> node) override { node_ = std::move(node); }
  bool NeedsArp() const override { return false; }
  void SetReceiveCallback(ReceiveCallback callback) override { receive_ = callback; }
  void SetPromiscReceiveCallback(PromiscReceiveCallback callback) override { promiscuous_ = callback; }
  bool SupportsSendFrom() const override { return false; }

 protected:
  void DoDispose() override;
  void NotifyNewAggregate() override;

 private:
  struct Item {
    ns3::Ptr<ns3::Packet> packet;
    std::uint16_t protocol = 0;
    Time entered;
  };

  Duration finish(Duration from, DataSize);
  DataSize room(Time now) const;
  void serve_next();
  void served();
  void shrink_queue();
  void cross_medium(Item);
  void arrive(const Item&, Duration way);
  void receive(const ns3::Ptr<ns3::Packet>&, std::uint16_t protocol);
  bool damage(Item&);
  void clear_mark(Item&);
  void mark_when_late(Item&, Duration queued);
  void tell_lost(const Item&, LossCause);

  const link::LinkConfig path_;
  link::Schedule schedule_;
  std::optional<link::Trace> trace_;
  link::Medium medium_;
  std::optional<Policer> policer_;
  const std::size_t where_;
  Watcher* const watcher_;

  std::deque<Item> waiting_;
  DataSize waiting_size_;
  std::optional<Item> serving_;
  std::uint64_t entered_ = 0;
  Duration waited_above_{};  // in the discipline: the packet that comes next
  ns3::EventId step_;

  ns3::Ptr<ns3::Node> node_;
  ns3::Ptr<Device> peer_;
  ns3::Ptr<ns3::NetDeviceQueueInterface> flow_control_;
  ns3::Address address_;
  std::uint32_t index_ = 0;
  std::uint16_t mtu_ = 65'535;  // what is too large for the link is lost, as with DF, not cut to fragments
  ReceiveCallback receive_;
  PromiscReceiveCallback promiscuous_;
};

}  // namespace avocet::sim
